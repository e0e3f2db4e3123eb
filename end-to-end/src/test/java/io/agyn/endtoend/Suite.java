package io.agyn.endtoend;

import java.util.Map;

/** Tests that run against a provider, straight or through the LLM Proxy. */
interface Suite {

    String name();

    /** The verdicts by test. */
    Map<String, Verdict> run(SuiteSide side) throws Exception;
}
