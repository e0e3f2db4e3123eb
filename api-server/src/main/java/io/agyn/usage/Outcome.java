package io.agyn.usage;

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
    REFUSED
}
