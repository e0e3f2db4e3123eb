package io.agyn.tokens;

import io.agyn.access.Credential;
import io.agyn.access.Identity;
import io.agyn.access.Person;
import io.agyn.api.model.MemberRole;
import io.agyn.api.model.UserState;
import io.agyn.members.Homes;
import io.agyn.members.MemberEntity;
import io.agyn.members.MemberRemoved;
import io.agyn.problems.ProblemException;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** The stored API tokens, which authenticate callers. */
@ApplicationScoped
public class ApiTokens implements PanacheRepositoryBase<ApiTokenEntity, UUID> {
    /** The precision of the last use: writing each use would be too much. */
    public static final Duration LAST_USED_PRECISION = Duration.ofMinutes(1);

    private static final String STORED = """
        select token, membership
        from ApiTokenEntity token
        join fetch token.user holder
        left join MemberEntity membership on membership.user = holder
        where token.%s = :key\
        """;

    /**
     * Looks a token up by its plaintext, and records its use unless it has expired.
     *
     * @return the identity, possibly expired; empty if the token is malformed, unknown or revoked, or its user is suspended
     */
    @Transactional
    public Optional<Identity> lookUp(String credential) {
        return Plaintext.parse(credential).map(Plaintext::hash).flatMap(this::lookUp);
    }

    /**
     * Looks a token up by its hash, and records its use unless it has expired.
     *
     * @return the identity, possibly expired; empty if the token is unknown or revoked, or its user is suspended
     */
    @Transactional
    public Optional<Identity> lookUp(byte[] hash) {
        return lookUp("tokenHash", hash);
    }

    /** Looks a token up by its id; empty if it has become invalid. */
    @Transactional
    public Optional<Identity> identity(UUID tokenId) {
        return lookUp("id", tokenId).filter(identity -> identity.credential().isValidAt(Instant.now()));
    }

    private Optional<Identity> lookUp(String field, Object key) {
        Instant now = Instant.now();
        // In one query, so that user and memberships are consistent.
        List<Object[]> rows = getEntityManager()
                .createQuery(STORED.formatted(field), Object[].class)
                .setParameter("key", key)
                .getResultList();
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        ApiTokenEntity token = (ApiTokenEntity) rows.getFirst()[0];
        Identity identity = identity(token, rows);
        if (token.user.state != UserState.ACTIVE) {
            return Optional.empty();
        }
        if (identity.credential().isValidAt(now)
                && (token.lastUsedAt == null || token.lastUsedAt.isBefore(now.minus(LAST_USED_PRECISION)))) {
            noteUse(token.id, now);
        }
        return Optional.of(identity);
    }

    /** Returns a token, of the given user if any. */
    ApiTokenEntity get(Optional<UUID> userId, UUID id) {
        return ofUser(userId, id).firstResultOptional().orElseThrow(() -> ProblemException.notFound("API token"));
    }

    /** Returns a token, of the given user if any, locked until the transaction ends. */
    ApiTokenEntity lock(Optional<UUID> userId, UUID id) {
        return ofUser(userId, id)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .firstResultOptional()
                .orElseThrow(() -> ProblemException.notFound("API token"));
    }

    private PanacheQuery<ApiTokenEntity> ofUser(Optional<UUID> userId, UUID id) {
        return userId.isPresent() ? find("id = ?1 and user.id = ?2", id, userId.get()) : find("id", id);
    }

    /** Records the use of a token. */
    @Transactional
    public void noteUse(UUID id, Instant time) {
        update("lastUsedAt = ?1 where id = ?2", time, id);
    }

    /** Revokes the bound tokens of a removed member. Otherwise, they would work again if the user rejoined. */
    void revokeBound(@Observes MemberRemoved removed) {
        delete("user.id = ?1 and organizationId = ?2", removed.userId(), removed.organizationId());
    }

    void store(ApiTokenEntity token) {
        persistAndFlush(token);
    }

    private static Identity identity(ApiTokenEntity token, List<Object[]> rows) {
        List<MemberEntity> members = rows.stream()
                .map(row -> (MemberEntity) row[1])
                .filter(Objects::nonNull)
                .toList();
        Map<UUID, MemberRole> memberships =
                members.stream().collect(Collectors.toMap(member -> member.organizationId, member -> member.role));
        Optional<UUID> organization = Optional.ofNullable(token.organizationId);
        return new Identity(
                new Person(token.user.id, token.user.username, token.user.name, token.user.role, memberships),
                Credential.apiToken(
                        token.id,
                        organization,
                        Optional.ofNullable(token.expiresAt),
                        Optional.ofNullable(token.defaultModelId)),
                organization.or(() -> Homes.of(token.user, members)));
    }
}
