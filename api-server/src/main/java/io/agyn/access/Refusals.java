package io.agyn.access;

import io.agyn.problems.ProblemKind;

/** Keeps what callers were refused. */
public interface Refusals {
    /**
     * Notes that the present request was refused.
     *
     * @param operation the operation's id in the contract
     * @param problem why
     */
    void note(String operation, ProblemKind problem);
}
