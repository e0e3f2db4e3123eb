package io.agyn.sdk;

/** There is no such thing, or not for this caller (404). */
public final class NotFoundException extends ProblemException {
    private static final long serialVersionUID = 1L;

    NotFoundException(Answer answer) {
        super(answer);
    }
}
