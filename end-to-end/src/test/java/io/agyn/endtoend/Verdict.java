package io.agyn.endtoend;

/** The result of one test of a suite. */
enum Verdict {
    PASSED,
    FAILED,
    SKIPPED
}
