package io.agyn.sdk;

import java.time.Duration;
import java.util.Optional;

/** Too many requests (429), also after the retries. */
public final class RateLimitedException extends ProblemException {
    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    RateLimitedException(Response response, Duration retryAfter) {
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
