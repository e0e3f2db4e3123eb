package io.agyn.sdk;

/** The API token does not have permission (403). */
public final class ForbiddenException extends ProblemException {
    private static final long serialVersionUID = 1L;

    ForbiddenException(Response response) {
        super(response);
    }
}
