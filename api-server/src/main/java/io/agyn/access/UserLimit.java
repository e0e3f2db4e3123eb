package io.agyn.access;

import static java.util.Objects.requireNonNull;

import io.agyn.budget.ConcurrentCalls;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.UUID;
import java.util.function.Supplier;

/** Limits the requests of each user that wait for another server, since each occupies a thread. */
public final class UserLimit {
    private static final int MAX_PER_USER = 10;

    private final Caller caller;
    private final String requests;
    private final ConcurrentCalls running = new ConcurrentCalls(MAX_PER_USER);

    /** @param requests names the requests in an error, such as "model tests" */
    public UserLimit(Caller caller, String requests) {
        this.caller = requireNonNull(caller, "caller is null");
        this.requests = requireNonNull(requests, "requests is null");
    }

    /**
     * Runs a request of the current caller.
     *
     * @throws ProblemException {@code too_many_requests} if ten of the user are in progress
     */
    public <T> T run(Supplier<T> request) {
        UUID user = caller.identity().userId();
        if (!running.tryAcquire(user)) {
            throw new ProblemException(
                            ProblemKind.TOO_MANY_REQUESTS,
                            "You already have %d %s in progress; wait until one ends."
                                    .formatted(MAX_PER_USER, requests))
                    .withHeader(HttpHeaders.RETRY_AFTER, "5");
        }
        try {
            return request.get();
        } finally {
            running.release(user);
        }
    }
}
