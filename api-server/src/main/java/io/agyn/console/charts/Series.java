package io.agyn.console.charts;

import java.util.List;

/**
 * One of the things that a chart compares.
 *
 * @param label its name
 * @param tone the class of its colour
 * @param values its value at each place of the axis; null where it has none
 */
public record Series(String label, String tone, List<Double> values) {
    /** The sum of its values. */
    double sum() {
        return values.stream()
                .filter(value -> value != null)
                .mapToDouble(Double::doubleValue)
                .sum();
    }

    /** The place of its greatest value; -1 where it has none. */
    int peak() {
        int peak = -1;
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i) != null && (peak < 0 || values.get(i) > values.get(peak))) {
                peak = i;
            }
        }
        return peak;
    }
}
