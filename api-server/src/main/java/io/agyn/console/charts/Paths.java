package io.agyn.console.charts;

import java.util.List;

/** Converts values to SVG paths. Each value is one unit wide. */
final class Paths {
    private static final double MARGIN = 0.12;
    // Separates stacked bars without relying on color.
    private static final int SEAM = 1;

    private Paths() {}

    /**
     * A bar for each value that is not zero.
     *
     * @param bases the values at the lower ends of the bars
     */
    static String bars(Scale scale, double[] bases, List<Double> values) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < values.size(); i++) {
            double value = values.get(i) == null ? 0 : values.get(i);
            if (value > 0) {
                // Whole pixels give sharp edges.
                long bottom = Math.round(scale.at(bases[i])) - (bases[i] > 0 ? SEAM : 0);
                // Small values stay visible.
                long top = Math.min(Math.round(scale.at(bases[i] + value)), bottom - SEAM);
                path.append('M').append(Unit.plain(i + MARGIN)).append(' ').append(bottom);
                path.append('V').append(top).append('h').append(Unit.plain(1 - 2 * MARGIN));
                path.append('V').append(bottom).append('z');
            }
        }
        return path.toString();
    }

    /** A line through the values, interrupted at missing ones. */
    static String line(Scale scale, List<Double> values) {
        StringBuilder path = new StringBuilder();
        boolean drawing = false;
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i) != null) {
                path.append(drawing ? 'L' : 'M').append(point(i, scale.at(values.get(i))));
            }
            drawing = values.get(i) != null;
        }
        return path.toString();
    }

    /**
     * A point for each value: a line of zero length with round caps.
     *
     * @param alone whether to draw only values without neighbors, which have no line
     */
    static String points(Scale scale, List<Double> values, boolean alone) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < values.size(); i++) {
            boolean hasNeighbour = has(values, i - 1) || has(values, i + 1);
            if (has(values, i) && !(alone && hasNeighbour)) {
                path.append('M').append(point(i, scale.at(values.get(i)))).append("h0");
            }
        }
        return path.toString();
    }

    private static boolean has(List<Double> values, int index) {
        return index >= 0 && index < values.size() && values.get(index) != null;
    }

    /** A position, vertically rounded to a tenth of a pixel. */
    private static String point(int index, double y) {
        return Unit.plain(index + 0.5) + " " + Unit.plain(Math.round(y * 10) / 10.0);
    }
}
