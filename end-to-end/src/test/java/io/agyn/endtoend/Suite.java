package io.agyn.endtoend;

import java.util.Map;

/** Tests that run against a provider, straight or through the LLM Proxy. */
interface Suite {

    String name();

    /** Whether a test that fails straight is a fault, as in scenarios that are written for the provider. */
    default boolean mustPass() {
        return false;
    }

    /** The parts of calls that must arrive at the provider equally from both sides. */
    Comparison comparison();

    /** The compared parts of calls. */
    enum Comparison {
        /** Nothing, for suites with calls that the proxy itself refuses. */
        NOTHING,
        /** The methods, targets and names of headers of calls with a body, for suites with random contents. */
        HEADER_NAMES,
        /** Also the values of headers, the bodies and the number of calls. */
        EVERYTHING
    }

    /** The verdicts by test. */
    Map<String, Verdict> run(SuiteSide side) throws Exception;
}
