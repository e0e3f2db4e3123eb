package io.agyn.oidc;

import static java.util.Objects.requireNonNull;

import java.util.Locale;

/** A JWT is invalid. Neither the message nor the cause contain a part of it. */
public final class InvalidJwtException extends Exception {
    private static final long serialVersionUID = 1;

    /** The reasons; each is a value of the metric of rejected tokens. */
    public enum Reason {
        MALFORMED,
        ALGORITHM,
        UNKNOWN_KEY,
        SIGNATURE,
        ISSUER,
        AUDIENCE,
        EXPIRED,
        NOT_YET_VALID,
        WRONG_KIND,
        CLAIM,
        REPLAYED;

        /** The reason as a label of metrics. */
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Reason reason;

    /** @param message a sentence for the caller */
    InvalidJwtException(Reason reason, String message) {
        // Without a stack trace: strangers cause it, and it is kept for seconds.
        super(message, null, false, false);
        this.reason = requireNonNull(reason, "reason is null");
    }

    public Reason reason() {
        return reason;
    }
}
