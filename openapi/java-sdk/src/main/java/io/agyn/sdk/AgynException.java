package io.agyn.sdk;

import org.jspecify.annotations.Nullable;

/**
 * A call that failed: a {@link ProblemException} if the gateway returned an error, a {@link ConnectionException} if no
 * response arrived, and this class itself if the response is not Agyn's.
 */
public class AgynException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AgynException(@Nullable String message) {
        super(message);
    }

    AgynException(String message, Throwable cause) {
        super(message, cause);
    }
}
