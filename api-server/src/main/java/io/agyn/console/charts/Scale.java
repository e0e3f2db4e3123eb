package io.agyn.console.charts;

/**
 * Leads values to places upwards from a base line. SVG counts downwards from the top.
 *
 * @param top the value at the upper edge
 * @param height how many pixels lie between it and zero
 */
record Scale(double top, int height) {
    /** How many pixels below the upper edge a value is. */
    double at(double value) {
        return height - value / top * height;
    }
}
