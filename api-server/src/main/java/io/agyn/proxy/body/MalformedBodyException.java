package io.agyn.proxy.body;

/** A request body that cannot be forwarded, with a message for the caller. */
public final class MalformedBodyException extends Exception {
    private static final long serialVersionUID = 1;

    MalformedBodyException(String message) {
        super(message, null, false, false);
    }
}
