package io.agyn.access;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The credential that authenticated a request.
 *
 * @param kind its kind
 * @param id the API token's id; the user's id for other kinds, whose requests share the user's limits
 * @param organization the organization that it is bound to, if any
 * @param expiresAt when it expires, if ever
 * @param defaultModel the model for calls without a model, if any
 * @param rights the part of its user's permissions that it has
 */
public record Credential(
        Kind kind,
        UUID id,
        Optional<UUID> organization,
        Optional<Instant> expiresAt,
        Optional<UUID> defaultModel,
        TokenRights rights) {
    /** The kinds of credentials. */
    public enum Kind {
        /** An API token. */
        API_TOKEN,

        /** An access token of the identity provider. */
        ACCESS_TOKEN,

        /** A session of the Console that began at the identity provider. */
        SIGN_IN
    }

    /** Creates a credential with the rights of its kind, which are all for an API token. */
    public Credential(
            Kind kind, UUID id, Optional<UUID> organization, Optional<Instant> expiresAt, Optional<UUID> defaultModel) {
        this(
                kind,
                id,
                organization,
                expiresAt,
                defaultModel,
                kind == Kind.ACCESS_TOKEN ? TokenRights.ACCESS_TOKEN : TokenRights.ALL);
    }

    /** An API token with all rights. */
    public static Credential apiToken(
            UUID id, Optional<UUID> organization, Optional<Instant> expiresAt, Optional<UUID> defaultModel) {
        return new Credential(Kind.API_TOKEN, id, organization, expiresAt, defaultModel);
    }

    /** An access token of the identity provider. */
    public static Credential accessToken(UUID userId, Instant expiresAt) {
        return new Credential(Kind.ACCESS_TOKEN, userId, Optional.empty(), Optional.of(expiresAt), Optional.empty());
    }

    /** A session of the Console that began at the identity provider. */
    public static Credential signIn(UUID userId) {
        return new Credential(Kind.SIGN_IN, userId, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** The API token's id; empty for other kinds. */
    public Optional<UUID> tokenId() {
        return kind == Kind.API_TOKEN ? Optional.of(id) : Optional.empty();
    }

    /** Whether the credential is valid at a time. */
    public boolean isValidAt(Instant time) {
        return expiresAt.isEmpty() || expiresAt.get().isAfter(time);
    }
}
