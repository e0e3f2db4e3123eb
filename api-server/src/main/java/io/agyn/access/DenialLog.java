package io.agyn.access;

import io.agyn.problems.ProblemKind;

/** Keeps what callers were refused. */
public interface DenialLog {
    /**
     * Who sent a request, where that is all that is known of them.
     *
     * @param address where from
     * @param userAgent their User-Agent, or null
     * @param requestId the request's id
     */
    record Sender(String address, String userAgent, String requestId) {}

    /**
     * Notes that the present request of the REST API was refused.
     *
     * @param operation the operation's id in the contract
     * @param problem why
     */
    void note(String operation, ProblemKind problem);

    /**
     * Notes that a request was refused whose sender is not known. It may block.
     *
     * @param operation what was asked for
     * @param problem why
     * @param sender who sent it
     */
    void note(String operation, ProblemKind problem, Sender sender);
}
