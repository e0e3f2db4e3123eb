package io.agyn.console.charts;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The ticks of an axis from zero. The step is 1, 2 or 5 times a power of ten.
 *
 * @param count the number of steps
 */
record Ticks(double step, int count) {
    private static final double[] ROUND = {1, 2, 5, 10};

    /**
     * Ticks up to a value.
     *
     * @param greatest the greatest value
     * @param most the maximum number of steps
     * @param leastStep the minimum step
     */
    static Ticks reaching(double greatest, int most, double leastStep) {
        double step = Math.max(leastStep, round(greatest / most));
        // Rounding errors of sums must not add a step.
        int count = (int) Math.max(1, Math.ceil(greatest / step - 1e-9));
        return new Ticks(step, count);
    }

    /** In ascending order, from zero. */
    List<Double> values() {
        return IntStream.rangeClosed(0, count).mapToObj(i -> i * step).toList();
    }

    /** The last tick. */
    double top() {
        return count * step;
    }

    /** Rounds up to 1, 2 or 5 times a power of ten. */
    private static double round(double value) {
        if (value <= 0) {
            return 0;
        }
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        for (double factor : ROUND) {
            if (value <= factor * power * (1 + 1e-9)) {
                return factor * power;
            }
        }
        return 10 * power;
    }
}
