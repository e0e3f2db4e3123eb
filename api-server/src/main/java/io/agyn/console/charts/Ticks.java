package io.agyn.console.charts;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The marks of an axis that begins at zero: round numbers, a step of 1, 2 or 5 times a power of ten apart.
 *
 * @param step how far they are apart
 * @param count how many steps there are up to the top
 */
record Ticks(double step, int count) {
    private static final double[] ROUND = {1, 2, 5, 10};

    /**
     * Marks that reach a value.
     *
     * @param greatest the greatest value that is drawn
     * @param most how many steps there are at most
     * @param leastStep the least step that makes sense
     */
    static Ticks reaching(double greatest, int most, double leastStep) {
        double step = Math.max(leastStep, round(greatest / most));
        // Sums of decimal fractions may be a hair beyond the mark that they mean.
        int count = (int) Math.max(1, Math.ceil(greatest / step - 1e-9));
        return new Ticks(step, count);
    }

    /** The marks, zero first. */
    List<Double> values() {
        return IntStream.rangeClosed(0, count).mapToObj(i -> i * step).toList();
    }

    /** The last mark. */
    double top() {
        return count * step;
    }

    /** The least round number that is no less than another. */
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
