package io.agyn.access;

import io.agyn.problems.ProblemKind;
import org.jspecify.annotations.Nullable;

/** Logs denied requests. */
public interface DenialLog {
    /**
     * The sender of an unauthenticated request.
     *
     * @param address the source address
     * @param userAgent the User-Agent
     * @param requestId the request's id
     */
    record Sender(String address, @Nullable String userAgent, String requestId) {}

    /**
     * Logs that the current request of the REST API was denied.
     *
     * @param operation the operation's id in the contract
     * @param problem the reason
     */
    void log(String operation, ProblemKind problem);

    /**
     * Logs that an unauthenticated request was denied. It may block.
     *
     * @param operation the requested operation
     * @param problem the reason
     * @param sender the request's sender
     */
    void log(String operation, ProblemKind problem, Sender sender);
}
