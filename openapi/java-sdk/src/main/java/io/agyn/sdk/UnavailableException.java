package io.agyn.sdk;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The server is temporarily unavailable (503), even after the retries. */
public final class UnavailableException extends ProblemException {
    private static final long serialVersionUID = 1L;

    private final @Nullable Duration retryAfter;

    UnavailableException(Response response, @Nullable Duration retryAfter) {
        super(response);
        this.retryAfter = retryAfter;
    }

    /**
     * Returns the response's {@code Retry-After}.
     *
     * @return how long to wait before the next attempt; empty if the response sets none
     */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
