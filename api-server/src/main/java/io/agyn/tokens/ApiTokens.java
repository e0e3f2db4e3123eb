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
    private static final Duration LAST_USED_PRECISION = Duration.ofMinutes(1);

    @Override
    @Transactional
    public Optional<Identity> authenticate(String credential) {
        Instant now = Instant.now();
        Optional<ApiTokenEntity> token = Plaintext.parse(credential)
                .flatMap(this::stored)
                .filter(found -> found.expiresAt == null || found.expiresAt.isAfter(now));
        token.filter(found -> found.lastUsedAt == null || found.lastUsedAt.isBefore(now.minus(LAST_USED_PRECISION)))
                .ifPresent(found -> update("lastUsedAt = ?1 where id = ?2", now, found.id));
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

    /** Stores a token of a user. */
    ApiTokenEntity store(
            UserEntity user, String description, Plaintext plaintext, UUID organizationId, Instant expiresAt) {
        ApiTokenEntity token = new ApiTokenEntity(user, description, plaintext, organizationId, expiresAt);
        persistAndFlush(token);
        return token;
    }

    private Optional<ApiTokenEntity> stored(Plaintext plaintext) {
        return find("from ApiTokenEntity t join fetch t.user where t.tokenHash = ?1", plaintext.hash())
                .firstResultOptional();
    }

    private static Identity identity(ApiTokenEntity token) {
        return new Identity(
                token.user.id, token.user.name, token.user.role, token.id, Optional.ofNullable(token.organizationId));
    }
}
