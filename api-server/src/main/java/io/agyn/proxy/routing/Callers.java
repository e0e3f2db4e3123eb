package io.agyn.proxy.routing;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Credential;
import io.agyn.access.CredentialUse;
import io.agyn.access.Identity;
import io.agyn.changes.ChangeListener;
import io.agyn.changes.RowChange;
import io.agyn.logging.Exceptions;
import io.agyn.oidc.AccessTokens;
import io.agyn.oidc.IdentityProvider;
import io.agyn.oidc.IdentityProviderException;
import io.agyn.oidc.InvalidJwtException;
import io.agyn.tokens.ApiTokens;
import io.agyn.tokens.Plaintext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Identifies callers by their API tokens or the identity provider's access tokens. Identities are cached until the token,
 * its user or the user's memberships change. While the database is unavailable, cached identities stay valid.
 */
@Singleton
public class Callers implements ChangeListener {
    private static final Logger LOG = Logger.getLogger(Callers.class);

    // Verifications may wait for the identity provider, which must not delay lookups of API tokens.
    private static final int VERIFICATIONS = 32;
    private static final Duration VERIFICATION_TIMEOUT = Duration.ofSeconds(10);

    private final ApiTokens tokens;
    private final AccessTokens accessTokens;
    private final LookupExecutor lookups;
    private final LookupExecutor verifications;
    private final LookupCache<TokenHash, CachedIdentity> cache;

    Callers(ApiTokens tokens, AccessTokens accessTokens, LookupExecutor lookups) {
        this.tokens = requireNonNull(tokens, "tokens is null");
        this.accessTokens = requireNonNull(accessTokens, "accessTokens is null");
        this.lookups = requireNonNull(lookups, "lookUps is null");
        this.verifications = new LookupExecutor(VERIFICATIONS, VERIFICATION_TIMEOUT);
        this.cache = new LookupCache<>(
                lookups, this::lookup, cached -> cached.identity.isPresent(), CachedIdentity::timeToLive);
    }

    /**
     * Identifies a caller.
     *
     * @param token the caller's token
     * @param source returns the caller's address and program, at once or never
     * @return the identity; empty if the token is malformed, unknown, expired or revoked, or its user is suspended;
     *     fails if the database is needed and does not respond
     */
    public CompletableFuture<Optional<Identity>> identify(HashedToken token, Supplier<CredentialUse> source) {
        TokenHash hash = token.hash();
        Optional<CachedIdentity> known = cache.getIfPresent(hash);
        if (known.isPresent()) {
            return CompletableFuture.completedFuture(use(known.get(), source));
        }
        String text = token.reveal();
        if (Plaintext.parse(text).isPresent()) {
            // The request may have ended when the lookup has.
            CredentialUse use = source.get();
            return cache.get(hash).thenApply(found -> use(found, () -> use));
        }
        return accessTokens.accepts(text)
                ? identifyAccessToken(text, hash)
                : CompletableFuture.completedFuture(Optional.empty());
    }

    private CompletableFuture<Optional<Identity>> identifyAccessToken(String token, TokenHash hash) {
        return verifications
                .submit(() -> verify(token), VERIFICATION_TIMEOUT)
                .thenCompose(verified -> verified.isPresent()
                        ? cache.get(hash, ignored -> new CachedIdentity(accessTokens.identity(verified.get())))
                                .thenApply(CachedIdentity::valid)
                        : CompletableFuture.completedFuture(Optional.empty()));
    }

    private Optional<AccessTokens.Valid> verify(String token) throws IdentityProviderException {
        try {
            return Optional.of(accessTokens.verify(token));
        } catch (InvalidJwtException e) {
            return Optional.empty();
        }
    }

    /** Returns why an access token was rejected in the last seconds; empty for other tokens. */
    public Optional<String> rejection(String token) {
        return accessTokens.rejection(token);
    }

    /**
     * Returns the cached identity of an expired token; call it after {@link #identify} has found nothing.
     *
     * @return the identity, with its expiry time; empty for other tokens
     */
    public Optional<Identity> expired(String token) {
        Instant now = Instant.now();
        return cache.getIfPresent(HashedToken.of(token).hash())
                .flatMap(cached -> cached.identity)
                .filter(identity -> !identity.credential().isValidAt(now));
    }

    /** The approximate number of cached identities. */
    public long size() {
        return cache.size();
    }

    /** The number of database lookups since the server started. */
    public long lookupCount() {
        return cache.lookupCount();
    }

    @Override
    public void onChanges(List<RowChange> changes) {
        for (RowChange change : changes) {
            switch (change.table()) {
                case "api_token" ->
                    cache.invalidateIf((hash, cached) ->
                            cached.isOf(identity -> identity.credential().id(), change.rowId()));
                // An unknown token may belong to a user who was reactivated.
                case "app_user" ->
                    cache.invalidateIf((hash, cached) ->
                            cached.identity.isEmpty() || cached.isOf(Identity::userId, change.rowId()));
                // The row id is the user's. Joining an organization removes no access.
                case "membership" -> {
                    BiPredicate<TokenHash, CachedIdentity> ofUser =
                            (hash, cached) -> cached.isOf(Identity::userId, change.rowId());
                    if (change.operation() == RowChange.Operation.INSERT) {
                        cache.markStaleIf(ofUser);
                    } else {
                        cache.invalidateIf(ofUser);
                    }
                }
                default -> {
                    // Does not affect callers.
                }
            }
        }
    }

    void onKeysWithdrawn(@Observes IdentityProvider.KeysWithdrawn event) {
        cache.invalidateIf((hash, cached) -> cached.isAccessToken());
    }

    @Override
    public void onGap() {
        cache.invalidateAll();
    }

    @Override
    public void onSilence() {
        cache.markStaleIf((hash, cached) -> true);
    }

    private CachedIdentity lookup(TokenHash hash) {
        return new CachedIdentity(tokens.lookUp(hash.bytes()));
    }

    private Optional<Identity> use(CachedIdentity cached, Supplier<CredentialUse> source) {
        Instant now = Instant.now();
        Optional<Identity> identity = cached.valid();
        if (identity.isPresent() && !cached.isAccessToken() && cached.isUseDueAt(now)) {
            CredentialUse use = source.get();
            lookups.run(() -> recordUse(identity.get(), now, use), Callers::onUseNotRecorded);
        }
        return identity;
    }

    private void recordUse(Identity identity, Instant time, CredentialUse use) {
        try {
            tokens.noteUse(identity.credential().id(), time, use);
        } catch (RuntimeException e) {
            onUseNotRecorded(e);
        }
    }

    private static void onUseNotRecorded(RuntimeException reason) {
        // A later call records it.
        LOG.debug("The use of an API token could not be recorded", Exceptions.withoutMessages(reason));
    }

    /** A token's cached identity, and when the use of the token is next recorded. */
    private static final class CachedIdentity {
        private static final Duration EXPIRED_TTL = Duration.ofMinutes(1);

        private final Optional<Identity> identity;
        private final AtomicLong nextUse = new AtomicLong();

        private CachedIdentity(Optional<Identity> identity) {
            this.identity = identity;
        }

        private boolean isOf(Function<Identity, UUID> id, UUID wanted) {
            return identity.map(id).filter(wanted::equals).isPresent();
        }

        private Optional<Identity> valid() {
            Instant now = Instant.now();
            return identity.filter(known -> known.credential().isValidAt(now));
        }

        private boolean isAccessToken() {
            return identity.filter(known -> known.credential().kind() == Credential.Kind.ACCESS_TOKEN)
                    .isPresent();
        }

        /** Access tokens are many and short-lived: an expired one is kept for a minute, to report its expiry. */
        private Duration timeToLive() {
            if (!isAccessToken()) {
                return LookupCache.FOUND_TTL;
            }
            Instant end = identity.flatMap(known -> known.credential().expiresAt())
                    .orElseThrow()
                    .plus(EXPIRED_TTL);
            Duration left = Duration.between(Instant.now(), end);
            return left.compareTo(LookupCache.FOUND_TTL) > 0
                    ? LookupCache.FOUND_TTL
                    : left.isNegative() ? Duration.ZERO : left;
        }

        private boolean isUseDueAt(Instant time) {
            long from = nextUse.get();
            long since = time.toEpochMilli() - from;
            // A negative time means that the clock was set back.
            boolean isDue = since >= 0 || since < -ApiTokens.LAST_USED_PRECISION.toMillis();
            return isDue && nextUse.compareAndSet(from, nextUseAfter(time));
        }

        private static long nextUseAfter(Instant time) {
            return time.plus(ApiTokens.LAST_USED_PRECISION).toEpochMilli();
        }
    }
}
