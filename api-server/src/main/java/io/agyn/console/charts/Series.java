package io.agyn.console.charts;

import java.text.Bidi;
import java.util.List;

/**
 * One of the things that a chart compares.
 *
 * @param label its name
 * @param tone the class of its colour
 * @param values its value at each place of the axis; null where it has none
 */
public record Series(String label, String tone, List<Double> values) {
    private static final String BEGIN_ISOLATE = "\u2068";
    private static final String END_ISOLATE = "\u2069";

    /** Its label for a text without markup: one that reads from right to left does not turn the figures beside it around. */
    String inText() {
        char[] characters = label.toCharArray();
        boolean mayTurn = Bidi.requiresBidi(characters, 0, characters.length);
        return mayTurn ? BEGIN_ISOLATE + label + END_ISOLATE : label;
    }

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
