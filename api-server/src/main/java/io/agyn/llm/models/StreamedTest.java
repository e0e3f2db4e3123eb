package io.agyn.llm.models;

import io.agyn.api.model.ModelTest;

/**
 * What became of a streamed call of a model.
 *
 * @param test what became of it; where the answer failed within its stream, the body is the event that said so
 * @param firstTextMs milliseconds from the call to the first text, or null where there was none
 */
public record StreamedTest(ModelTest test, Long firstTextMs) {}
