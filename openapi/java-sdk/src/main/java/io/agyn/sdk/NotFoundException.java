package io.agyn.sdk;

/** The resource does not exist or is not visible to this caller (404). */
public final class NotFoundException extends ProblemException {
    private static final long serialVersionUID = 1L;

    NotFoundException(Response response) {
        super(response);
    }
}
