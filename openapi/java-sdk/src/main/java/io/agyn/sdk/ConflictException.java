package io.agyn.sdk;

/** The current state does not allow this (409): a name is taken, or the resource to delete is in use. */
public final class ConflictException extends ProblemException {
    private static final long serialVersionUID = 1L;

    ConflictException(Response response) {
        super(response);
    }
}
