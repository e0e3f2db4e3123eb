package io.agyn.endtoend;

import java.nio.file.Path;

/**
 * Where a suite sends its calls.
 *
 * @param name such as {@code straight}
 * @param baseUrl without {@code /v1}
 * @param key the API key
 * @param tokenCommand a program that prints another valid key
 */
record SuiteSide(String name, String baseUrl, String key, Path tokenCommand) {}
