package io.agyn.oidc;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.agyn.access.Credential;
import io.agyn.access.Identity;
import io.agyn.hash.Sha256;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the identity provider's access tokens (JWTs). A result is kept by the token's hash: of a valid token until it
 * expires or its key is withdrawn, of an invalid one for seconds.
 */
@Singleton
public class AccessTokens {
    private static final int MAX_RESULTS = 20_000;
    private static final Duration INVALID_TTL = Duration.ofSeconds(2);

    /** A valid access token. */
    public static final class Valid {
        private final String keyThumbprint;
        private final Instant expiresAt;
        // Until the user is known; it may be large.
        private volatile @Nullable Profile profile;
        private volatile @Nullable UUID userId;

        private Valid(Profile profile, String keyThumbprint) {
            this.profile = profile;
            this.keyThumbprint = keyThumbprint;
            this.expiresAt = profile.expiresAt();
        }

        /** Until when the token is accepted: its expiry, and the difference of clocks that is tolerated. */
        private Instant acceptedUntil() {
            return expiresAt.plus(JwtVerifier.SKEW);
        }
    }

    private record Result(@Nullable Valid valid, @Nullable InvalidJwtException error) {}

    private final IdentityProvider provider;
    private final SignedInUsers users;
    private final UserIdentities identities;
    private final MeterRegistry registry;
    private final @Nullable JwtVerifier verifier;
    private final Cache<ByteBuffer, Result> results = Caffeine.newBuilder()
            .maximumSize(MAX_RESULTS)
            .expireAfter(Expiry.<ByteBuffer, Result>writing((hash, result) -> timeToLive(result)))
            .executor(Runnable::run)
            .build();

    AccessTokens(IdentityProvider provider, SignedInUsers users, UserIdentities identities, MeterRegistry registry) {
        this.provider = requireNonNull(provider, "provider is null");
        this.users = requireNonNull(users, "users is null");
        this.identities = requireNonNull(identities, "identities is null");
        this.registry = requireNonNull(registry, "registry is null");
        this.verifier = provider.config().isPresent() ? provider.verifier() : null;
    }

    /** Whether a bearer token looks like an access token, and an identity provider is configured. */
    public boolean accepts(String token) {
        return verifier != null && Jwt.isJwt(token);
    }

    /**
     * Verifies a token. It may block for some seconds, while keys are fetched.
     *
     * @throws InvalidJwtException if it is invalid; the message is a sentence for the caller
     * @throws IdentityProviderException if the provider was never available since the start
     */
    public Valid verify(String token) throws InvalidJwtException, IdentityProviderException {
        ByteBuffer hash = ByteBuffer.wrap(Sha256.of(token));
        Result known = results.getIfPresent(hash);
        if (known == null || (known.valid() != null && !provider.publishes(known.valid().keyThumbprint))) {
            known = check(token);
            results.put(hash, known);
        }
        if (known.error() != null) {
            throw known.error();
        }
        Valid valid = requireNonNull(known.valid(), "a result is valid or has an error");
        if (!valid.acceptedUntil().isAfter(Instant.now())) {
            results.invalidate(hash);
            throw expired(valid);
        }
        return valid;
    }

    /**
     * Returns the current identity of a verified token. The first time on this server, it creates the user if needed, and
     * applies the token's groups. It calls the database.
     *
     * @return the identity; empty if the user is suspended or was deleted
     */
    public Optional<Identity> identity(Valid valid) {
        Profile profile = valid.profile;
        if (profile != null) {
            valid.userId = users.signIn(profile);
            valid.profile = null;
        }
        return identities.find(
                requireNonNull(valid.userId, "the user is known"),
                id -> Credential.accessToken(id, valid.acceptedUntil()));
    }

    /** Why a token was rejected in the last seconds; empty for others. */
    public Optional<String> rejection(String token) {
        Result result = results.getIfPresent(ByteBuffer.wrap(Sha256.of(token)));
        if (result == null) {
            return Optional.empty();
        }
        if (result.error() != null) {
            return Optional.ofNullable(result.error().getMessage());
        }
        Valid valid = requireNonNull(result.valid(), "a result is valid or has an error");
        return Optional.of(
                valid.acceptedUntil().isAfter(Instant.now())
                        ? "The user of the access token is suspended or was deleted."
                        : String.valueOf(expired(valid).getMessage()));
    }

    private Result check(String token) throws IdentityProviderException {
        try {
            JwtVerifier.Verified verified = requireNonNull(verifier, "no identity provider is configured")
                    .accessToken(token);
            Profile profile = Profile.of(verified.claims(), provider.config().orElseThrow());
            return new Result(new Valid(profile, verified.keyThumbprint()), null);
        } catch (InvalidJwtException e) {
            Counter.builder("agyn.oidc.tokens.rejected")
                    .description("Rejected access tokens of the identity provider")
                    .tag("reason", e.reason().label())
                    .register(registry)
                    .increment();
            return new Result(null, e);
        }
    }

    private static InvalidJwtException expired(Valid valid) {
        return new InvalidJwtException(
                InvalidJwtException.Reason.EXPIRED, "The access token expired at " + valid.expiresAt + ".");
    }

    private static Duration timeToLive(Result result) {
        if (result.valid() == null) {
            return INVALID_TTL;
        }
        Duration left = Duration.between(Instant.now(), result.valid().acceptedUntil());
        return left.isNegative() ? Duration.ZERO : left;
    }
}
