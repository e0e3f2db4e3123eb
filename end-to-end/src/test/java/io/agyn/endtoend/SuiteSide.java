package io.agyn.endtoend;

/**
 * Where a suite sends its calls.
 *
 * @param name such as {@code straight}
 * @param baseUrl without {@code /v1}
 * @param key the API key
 */
record SuiteSide(String name, String baseUrl, String key) {}
