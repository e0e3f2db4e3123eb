package io.agyn.sdk;

import java.time.Duration;
import java.util.Optional;

/** The server is unavailable (503), also after the retries. */
public final class UnavailableException extends ProblemException {
    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    UnavailableException(Response response, Duration retryAfter) {
        super(response);
        this.retryAfter = retryAfter;
    }

    /**
     * Returns the {@code Retry-After} of the response.
     *
     * @return how long to wait before the next attempt; empty if the response does not say
     */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
