package io.agyn.sdk;

/** The request is invalid (400, 413, 415, 422); {@link #errors()} lists every violation. */
public final class InvalidRequestException extends ProblemException {
    private static final long serialVersionUID = 1L;

    InvalidRequestException(Response response) {
        super(response);
    }
}
