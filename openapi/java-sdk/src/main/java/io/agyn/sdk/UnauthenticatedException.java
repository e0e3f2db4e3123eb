package io.agyn.sdk;

/** The API token is missing, unknown, revoked or expired (401). */
public final class UnauthenticatedException extends ProblemException {
    private static final long serialVersionUID = 1L;

    UnauthenticatedException(Response response) {
        super(response);
    }
}
