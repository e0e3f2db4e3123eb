package io.agyn.vault;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Locale;

/** A read or a check failed. Nothing of a response is quoted, and no credential or address. */
public final class VaultException extends Exception {
    private static final long serialVersionUID = 1L;

    public enum Kind {
        /** There is no connection to the server. */
        UNREACHABLE(false, false),
        /** The server's address is not allowed. */
        EGRESS_DENIED(false, false),
        /** The TLS handshake failed. */
        TLS(false, false),
        /** The server did not respond in time. */
        TIMEOUT(false, false),
        /** The response is not Vault's. */
        MALFORMED_RESPONSE(true, false),
        /** The server redirects to another one. */
        REDIRECT(true, false),
        /** The server is sealed. */
        SEALED(true, false),
        /** The server limits requests. */
        TOO_MANY_REQUESTS(true, false),
        /** Any other failure of the server. */
        SERVER_ERROR(true, false),
        /** The server rejects the token, or the AppRole login. */
        LOGIN_DENIED(true, false),
        /** No policy allows the read. */
        DENIED(true, false),
        /** The path has no secret. */
        PATH_NOT_FOUND(true, true),
        /** The secret at the path lacks the key. */
        KEY_NOT_FOUND(true, true),
        /** The value is not a string. */
        NOT_A_STRING(true, true),
        /** Each read of the path creates a credential, which no call would use. */
        DYNAMIC_SECRET(true, true, Duration.ofMinutes(10)),
        /** The value has characters that are not allowed in HTTP headers. */
        NOT_SENDABLE(true, true);

        private final boolean isResponse;
        private final boolean isAuthoritative;
        private final Duration pause;
        private final String code = name().toLowerCase(Locale.ROOT);

        Kind(boolean isResponse, boolean isAuthoritative) {
            this(isResponse, isAuthoritative, Duration.ZERO);
        }

        Kind(boolean isResponse, boolean isAuthoritative, Duration pause) {
            this.isResponse = isResponse;
            this.isAuthoritative = isAuthoritative;
            this.pause = requireNonNull(pause, "pause is null");
        }

        /** Whether the server responded. */
        public boolean isResponse() {
            return isResponse;
        }

        /** Whether the value no longer exists or is unusable, so that an earlier one must not be used. */
        public boolean isAuthoritative() {
            return isAuthoritative;
        }

        /** The least time until the next read, since each read burdens the server. */
        public Duration pause() {
            return pause;
        }

        /** The kind's name in the API and in metrics. */
        public String code() {
            return code;
        }
    }

    private final Kind kind;
    private final String predicate;

    /** @param predicate a sentence without its subject, the secret provider: the cause and the remedy */
    VaultException(Kind kind, String predicate) {
        // Failures are expected, and shared by the calls that wait for a read.
        super(kind.code(), null, false, false);
        this.kind = requireNonNull(kind, "kind is null");
        this.predicate = requireNonNull(predicate, "predicate is null");
    }

    /** The failure of a read that creates a credential each time, as of a database secrets engine. */
    public static VaultException dynamicSecret(String path) {
        return new VaultException(
                Kind.DYNAMIC_SECRET,
                "creates a new credential at each read of " + path
                        + ": set remote_path to a path of a KV secrets engine.");
    }

    /** The value at a path is not allowed in an HTTP header. */
    public static VaultException notSendable(String path, String key) {
        return new VaultException(
                Kind.NOT_SENDABLE,
                "has a value of \"%s\" at %s that is empty or contains characters that are invalid in HTTP headers: write it as visible ASCII characters."
                        .formatted(key, path));
    }

    /** A read failed because of a fault of this server, which has been logged. */
    public static VaultException internal() {
        return new VaultException(
                Kind.SERVER_ERROR, "was not read because of an internal error; see the log of this server.");
    }

    public Kind kind() {
        return kind;
    }

    /** Explains the failure of a secret provider, and what to do. */
    public String explain(String providerName) {
        return "The secret provider " + providerName + " " + predicate;
    }

    /** Explains why a secret cannot be read, and what to do. */
    public String explain(String secretName, String providerName) {
        return "The secret " + secretName + " cannot be read: the secret provider " + providerName + " " + predicate;
    }
}
