/**
 * Charts over time, drawn by the server as SVG. A {@link io.agyn.console.charts.Chart} has all that the tag {@code chart}
 * writes down: places, paths and texts. What is along is given in percent, so that a chart is as wide as its page, and what
 * is upwards in pixels; so nothing in it is drawn smaller than it can be read.
 */
package io.agyn.console.charts;
