package io.agyn.sdk;

/**
 * A call that failed. It is a {@link ProblemException} if the gateway answered with an error, a
 * {@link ConnectionException} if it did not answer, and no subclass of this if its answer is none of Agyn's.
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
