package io.agyn.sdk;

/**
 * A failed call: a {@link ProblemException} if the gateway returned a problem, a {@link ConnectionException} without a
 * response, and this class itself if the response is not from Agyn.
 */
public class AgynException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AgynException(String message) {
        super(message);
    }

    AgynException(String message, Throwable cause) {
        super(message, cause);
    }
}
