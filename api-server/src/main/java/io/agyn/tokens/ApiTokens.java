package io.agyn.tokens;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Credential;
import io.agyn.access.CredentialUse;
import io.agyn.access.Identity;
import io.agyn.access.SourceAddress;
import io.agyn.api.model.UserState;
import io.agyn.members.MemberEntity;
import io.agyn.members.MemberRemoved;
import io.agyn.members.UserIdentity;
import io.agyn.problems.ProblemException;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.core.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

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

    private final SourceAddress addresses;
    private final HttpServerRequest http;

    ApiTokens(SourceAddress addresses, HttpServerRequest http) {
        this.addresses = requireNonNull(addresses, "addresses is null");
        this.http = requireNonNull(http, "http is null");
    }

    /**
     * Looks a token up by its plaintext, and records its use unless it has expired.
     *
     * @return the identity, possibly expired; empty if the token is malformed, unknown or revoked, or its user is suspended
     */
    @Transactional
    public Optional<Identity> lookUp(String credential) {
        return Plaintext.parse(credential)
                .map(Plaintext::hash)
                .flatMap(hash -> lookUp("tokenHash", hash, Optional.of(use())));
    }

    /**
     * Looks a token up by its hash, without recording its use.
     *
     * @return the identity, possibly expired; empty if the token is unknown or revoked, or its user is suspended
     */
    @Transactional
    public Optional<Identity> lookUp(byte[] hash) {
        return lookUp("tokenHash", hash, Optional.empty());
    }

    /** Looks a token up by its id; empty if it has become invalid. */
    @Transactional
    public Optional<Identity> identity(UUID tokenId) {
        return lookUp("id", tokenId, Optional.of(use()))
                .filter(identity -> identity.credential().isValidAt(Instant.now()));
    }

    /** The caller of the current HTTP request. */
    private CredentialUse use() {
        return new CredentialUse(addresses.of(http), http.getHeader(HttpHeaders.USER_AGENT));
    }

    private Optional<Identity> lookUp(String field, Object key, Optional<CredentialUse> use) {
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
        if (identity.credential().isValidAt(now) && isUseDue(token, now)) {
            use.ifPresent(by -> noteUse(token.id, now, by));
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

    /** Returns a token that is bound to an organization, locked until the transaction ends. */
    ApiTokenEntity lockBound(UUID organizationId, UUID id) {
        return find("id = ?1 and organizationId = ?2", id, organizationId)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .firstResultOptional()
                .orElseThrow(() -> ProblemException.notFound("API token"));
    }

    private PanacheQuery<ApiTokenEntity> ofUser(Optional<UUID> userId, UUID id) {
        return userId.isPresent() ? find("id = ?1 and user.id = ?2", id, userId.get()) : find("id", id);
    }

    private static boolean isUseDue(ApiTokenEntity token, Instant now) {
        return token.lastUsedAt == null || token.lastUsedAt.isBefore(now.minus(LAST_USED_PRECISION));
    }

    /** Records the use of a token, unless one was recorded less than a minute before. */
    @Transactional
    public void noteUse(UUID id, Instant time, CredentialUse use) {
        update(
                "lastUsedAt = ?1, lastUsedAddress = ?2, lastUsedUserAgent = ?3"
                        + " where id = ?4 and (lastUsedAt is null or lastUsedAt < ?5)",
                time,
                use.address(),
                use.userAgent(),
                id,
                time.minus(LAST_USED_PRECISION));
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
        return UserIdentity.of(
                token.user,
                members,
                new Credential(
                        Credential.Kind.API_TOKEN,
                        token.id,
                        Optional.ofNullable(token.organizationId),
                        Optional.ofNullable(token.expiresAt),
                        Optional.ofNullable(token.defaultModelId),
                        token.rights()));
    }
}
