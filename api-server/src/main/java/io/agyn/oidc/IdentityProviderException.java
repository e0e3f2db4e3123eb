package io.agyn.oidc;

import org.jspecify.annotations.Nullable;

/** The identity provider is unavailable, or responds with something unexpected. The message contains no credential. */
public final class IdentityProviderException extends Exception {
    private static final long serialVersionUID = 1;

    /** @param message a sentence without the full stop */
    IdentityProviderException(String message) {
        super(message);
    }

    IdentityProviderException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
