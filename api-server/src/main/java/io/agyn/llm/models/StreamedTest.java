package io.agyn.llm.models;

import io.agyn.api.model.ModelTest;
import org.jspecify.annotations.Nullable;

/**
 * The result of a streamed test.
 *
 * @param test the result; if the stream reported a failure, the body is that event
 * @param firstTextMs milliseconds from the call to the first text, or null if there was none
 */
public record StreamedTest(ModelTest test, @Nullable Double firstTextMs) {}
