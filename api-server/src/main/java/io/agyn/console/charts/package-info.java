/**
 * Charts over time, drawn by the server as SVG. A {@link io.agyn.console.charts.Chart} has all paths, positions and texts for
 * the tag {@code chart}. Horizontal positions are in percent, so that a chart is as wide as its page; vertical ones are in
 * pixels, so that its text stays readable.
 */
@NullMarked
package io.agyn.console.charts;

import org.jspecify.annotations.NullMarked;
