package io.agyn.proxy.body;

import static java.util.Objects.requireNonNull;

/** A request body that cannot be forwarded, with a message for the caller. */
public final class MalformedBodyException extends Exception {
    private static final long serialVersionUID = 1;

    MalformedBodyException(String message) {
        super(message, null, false, false);
    }

    @Override
    public String getMessage() {
        return requireNonNull(super.getMessage(), "message is null");
    }
}
