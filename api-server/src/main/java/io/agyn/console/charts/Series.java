package io.agyn.console.charts;

import java.text.Bidi;
import java.util.List;

/**
 * A series of a chart.
 *
 * @param tone the CSS class of the color
 * @param values one for each position of the axis; null if it is missing
 */
public record Series(String label, String tone, List<Double> values) {
    private static final String BEGIN_ISOLATE = "\u2068";
    private static final String END_ISOLATE = "\u2069";

    /** The label for plain text, isolated so that right-to-left text does not reorder neighbouring values. */
    String inText() {
        char[] characters = label.toCharArray();
        boolean mayTurn = Bidi.requiresBidi(characters, 0, characters.length);
        return mayTurn ? BEGIN_ISOLATE + label + END_ISOLATE : label;
    }

    double sum() {
        return values.stream()
                .filter(value -> value != null)
                .mapToDouble(Double::doubleValue)
                .sum();
    }

    /** The position of the greatest value; -1 without values. */
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
