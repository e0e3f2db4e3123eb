package io.agyn.console.charts;

/**
 * Converts values to vertical positions. SVG counts downwards from the top.
 *
 * @param top the value at the upper edge
 * @param height the pixels between zero and the upper edge
 */
record Scale(double top, int height) {
    /** The pixels from the upper edge. */
    double at(double value) {
        return height - value / top * height;
    }
}
