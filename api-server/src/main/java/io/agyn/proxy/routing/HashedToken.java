package io.agyn.proxy.routing;

import static java.util.Objects.requireNonNull;

import io.agyn.tokens.Plaintext;

/** A caller's token, with the hash that caches know it by. Hashing an access token takes about a microsecond. */
public final class HashedToken {
    private final String text;
    private final TokenHash hash;

    private HashedToken(String text) {
        this.text = requireNonNull(text, "text is null");
        this.hash = new TokenHash(Plaintext.hash(text));
    }

    public static HashedToken of(String text) {
        return new HashedToken(text);
    }

    /** Returns the plaintext, which must not be logged or stored. */
    public String reveal() {
        return text;
    }

    TokenHash hash() {
        return hash;
    }

    /** Hides the token. */
    @Override
    public String toString() {
        return "a token";
    }
}
