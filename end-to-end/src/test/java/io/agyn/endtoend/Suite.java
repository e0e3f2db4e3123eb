package io.agyn.endtoend;

import java.util.Map;

/** Tests that run against a provider, straight or through the LLM Proxy. */
interface Suite {

    String name();

    /** Whether a test that fails straight is a fault, as in scenarios that are written for the provider. */
    default boolean mustPass() {
        return false;
    }

    /** Whether each run sends the same calls, so that those that arrive at the provider can be compared. */
    default boolean isRepeatable() {
        return false;
    }

    /** The verdicts by test. */
    Map<String, Verdict> run(SuiteSide side) throws Exception;
}
