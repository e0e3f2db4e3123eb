package io.agyn.console;

/**
 * What a field lets one choose.
 *
 * @param value what is sent
 * @param label what is shown
 */
public record Option(String value, String label) {}
