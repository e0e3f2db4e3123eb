package io.agyn.proxy.body;

import static java.util.Objects.requireNonNull;

/** A request body that cannot be forwarded, with a message for the caller. */
public final class MalformedBodyException extends Exception {
    private static final long serialVersionUID = 1;

    MalformedBodyException(String message) {
        super(message, null, false, false);
    }

    static MalformedBodyException unexpected(byte b, long at, String wanted) {
        return new MalformedBodyException(
                "The body is not JSON: at byte " + at + " " + wanted + " was expected, not " + character(b) + ".");
    }

    static MalformedBodyException outsideOfString(byte b) {
        return new MalformedBodyException("The body is not JSON: " + character(b) + " is outside of a string.");
    }

    private static String character(byte b) {
        return b > ' ' && b < 0x7F ? "\"" + (char) b + "\"" : "byte 0x%02X".formatted(b);
    }

    @Override
    public String getMessage() {
        return requireNonNull(super.getMessage(), "message is null");
    }
}
