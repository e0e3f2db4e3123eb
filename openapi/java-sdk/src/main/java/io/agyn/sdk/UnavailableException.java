package io.agyn.sdk;

import java.time.Duration;
import java.util.Optional;

/** The server cannot serve for now (503), also after the retries. */
public final class UnavailableException extends ProblemException {
    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    UnavailableException(Answer answer, Duration retryAfter) {
        super(answer);
        this.retryAfter = retryAfter;
    }

    /**
     * Gives the time to wait that the answer asks for.
     *
     * @return how long to wait before another try; empty if the answer does not say
     */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
