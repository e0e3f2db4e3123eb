package io.agyn.usage;

import java.util.Locale;

/** How a call ended. */
public enum Outcome {
    /** The provider answered with success, whole. */
    COMPLETED,
    /** The caller left before the answer was whole. */
    CLIENT_CANCELLED,
    /** The provider answered with an error, said in its stream that it failed, or could not be reached in time. */
    UPSTREAM_ERROR,
    /** The provider's answer broke off. */
    UPSTREAM_TRUNCATED,
    /** The proxy did not pass the call on. */
    REFUSED;

    private final String code = name().toLowerCase(Locale.ROOT);

    /** The name that the contract and the log have for it, for instance {@code upstream_error}. */
    public String code() {
        return code;
    }
}
