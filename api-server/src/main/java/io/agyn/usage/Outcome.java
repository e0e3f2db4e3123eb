package io.agyn.usage;

import java.util.Locale;

public enum Outcome {
    /** The provider returned a success, completely. */
    COMPLETED,
    /** The caller disconnected before the response was complete. */
    CLIENT_CANCELLED,
    /** The provider returned an error, reported a failure in its stream, or could not be reached in time. */
    UPSTREAM_ERROR,
    /** The provider's response was interrupted. */
    UPSTREAM_TRUNCATED,
    /** The proxy rejected the call. */
    REFUSED;

    private final String code = name().toLowerCase(Locale.ROOT);

    /** The name in the contract and the log, such as {@code upstream_error}. */
    public String code() {
        return code;
    }
}
