package io.agyn.endtoend;

import java.util.Map;

/** Tests that run against a provider, straight or through the LLM Proxy. */
interface Suite {

    String name();

    /** Whether a test that fails straight is a fault, as in scenarios that are written for the provider. */
    default boolean mustPass() {
        return false;
    }

    /** What of the calls that arrive at the provider must be the same on both sides. */
    Comparison comparison();

    /** What of calls is compared. */
    enum Comparison {
        /** Nothing, for suites with calls that the proxy itself refuses. */
        NOTHING,
        /** The methods, targets and names of headers, for suites with random contents. */
        HEADER_NAMES,
        /** Also the values of headers, the bodies and the number of calls. */
        EVERYTHING
    }

    /** The verdicts by test. */
    Map<String, Verdict> run(SuiteSide side) throws Exception;
}
