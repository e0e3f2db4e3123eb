package io.agyn.tokens;

import io.agyn.access.Authenticator;
import io.agyn.access.Identity;
import io.agyn.problems.ProblemException;
import io.agyn.users.UserEntity;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** The stored API tokens, by which callers are known. */
@ApplicationScoped
public class ApiTokens implements PanacheRepositoryBase<ApiTokenEntity, UUID>, Authenticator {
    /** How much later than noted a token may have been used: a write for each use would be too many. */
    public static final Duration LAST_USED_PRECISION = Duration.ofMinutes(1);

    @Override
    @Transactional
    public Optional<Identity> authenticate(String credential) {
        return Plaintext.parse(credential).map(Plaintext::hash).flatMap(this::authenticate);
    }

    /**
     * Looks a token up by the hash of its plaintext, and notes that it was used.
     *
     * @return the identity; nothing where the token is unknown, expired or revoked
     */
    @Transactional
    public Optional<Identity> authenticate(byte[] hash) {
        Instant now = Instant.now();
        Optional<ApiTokenEntity> token =
                stored(hash).filter(found -> identity(found).isValidAt(now));
        token.filter(found -> found.lastUsedAt == null || found.lastUsedAt.isBefore(now.minus(LAST_USED_PRECISION)))
                .ifPresent(found -> noteUse(found.id, now));
        return token.map(ApiTokens::identity);
    }

    ApiTokenEntity get(UUID userId, UUID id) {
        return find("id = ?1 and user.id = ?2", id, userId)
                .firstResultOptional()
                .orElseThrow(() -> ProblemException.notFound("API token"));
    }

    /** A token, locked until the transaction ends. */
    ApiTokenEntity lock(UUID userId, UUID id) {
        return find("id = ?1 and user.id = ?2", id, userId)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .firstResultOptional()
                .orElseThrow(() -> ProblemException.notFound("API token"));
    }

    /** Notes that a token was used. */
    @Transactional
    public void noteUse(UUID id, Instant time) {
        update("lastUsedAt = ?1 where id = ?2", time, id);
    }

    /** Stores a token of a user. */
    ApiTokenEntity store(
            UserEntity user, String description, Plaintext plaintext, UUID organizationId, Instant expiresAt) {
        ApiTokenEntity token = new ApiTokenEntity(user, description, plaintext, organizationId, expiresAt);
        persistAndFlush(token);
        return token;
    }

    private Optional<ApiTokenEntity> stored(byte[] hash) {
        return find("from ApiTokenEntity t join fetch t.user where t.tokenHash = ?1", hash)
                .firstResultOptional();
    }

    private static Identity identity(ApiTokenEntity token) {
        return new Identity(
                token.user.id,
                token.user.name,
                token.user.role,
                token.id,
                Optional.ofNullable(token.organizationId),
                Optional.ofNullable(token.expiresAt));
    }
}
