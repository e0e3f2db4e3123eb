package io.agyn.oidc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.util.Base64URL;
import io.agyn.oidc.InvalidJwtException.Reason;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Verifies JWTs with the identity provider's keys. The key is only ever selected by its id among these: headers that carry or
 * link to a key are rejected.
 */
final class JwtVerifier {
    /** How far the clocks of the provider and this server may differ. */
    static final Duration SKEW = Duration.ofSeconds(60);

    private static final int MAX_KEY_ID_LENGTH = 1_000;
    private static final int MAX_SUBJECT_LENGTH = 255;
    private static final Set<String> KEY_HEADERS = Set.of("jwk", "jku", "x5u", "x5c");
    private static final Set<String> ACCESS_TOKEN_TYPES = Set.of("jwt", "at+jwt", "application/at+jwt");
    private static final Set<String> ID_TOKEN_TYPES = Set.of("jwt");
    private static final Set<String> LOGOUT_TOKEN_TYPES = Set.of("jwt", "logout+jwt", "application/logout+jwt");
    private static final String LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout";

    /** Selects keys; it may fetch them. */
    interface KeySource {
        /**
         * The current keys; fetched again if none has the id.
         *
         * @throws IdentityProviderException if no keys could be fetched so far
         */
        SigningKeys keysFor(Optional<String> id) throws IdentityProviderException;
    }

    private final OidcConfig config;
    private final KeySource keys;
    private final Clock clock;

    JwtVerifier(OidcConfig config, KeySource keys, Clock clock) {
        this.config = requireNonNull(config, "config is null");
        this.keys = requireNonNull(keys, "keys is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /** A verified token, and the thumbprint of its key. */
    record Verified(Claims claims, String keyThumbprint) {}

    /**
     * Verifies an access token.
     *
     * @throws InvalidJwtException if it is invalid or a token of another kind
     * @throws IdentityProviderException if the provider's keys are unknown
     */
    Verified accessToken(String token) throws InvalidJwtException, IdentityProviderException {
        Verified verified = verify(token, ACCESS_TOKEN_TYPES);
        Claims claims = verified.claims();
        // Keycloak's kind of token. ID tokens of others have the nonce of the sign-in, or hashes of its tokens.
        Optional<String> kind = claims.text("typ").map(text -> text.toLowerCase(Locale.ROOT));
        if (kind.filter(text -> !text.equals("bearer") && !text.equals("at+jwt"))
                        .isPresent()
                || claims.has("nonce")
                || claims.has("at_hash")
                || claims.has("c_hash")
                || claims.has("events")) {
            throw new InvalidJwtException(
                    Reason.WRONG_KIND, "The JWT is an ID token or another kind of token: send an access token.");
        }
        requireAudience(claims, config.audience(), "AGYN_OIDC_AUDIENCE");
        requireTimes(claims);
        requireSubject(claims);
        return verified;
    }

    /**
     * Verifies an ID token.
     *
     * @param nonce the nonce of the authorization request
     * @throws InvalidJwtException if it is invalid or a token of another kind
     * @throws IdentityProviderException if the provider's keys are unknown
     */
    Claims idToken(String token, String nonce) throws InvalidJwtException, IdentityProviderException {
        Claims claims = verify(token, ID_TOKEN_TYPES).claims();
        requireAudience(claims, config.clientId(), "AGYN_OIDC_CLIENT_ID");
        Optional<String> authorizedParty = claims.text("azp");
        if (authorizedParty.filter(party -> !party.equals(config.clientId())).isPresent()
                || (claims.texts("aud").size() > 1 && authorizedParty.isEmpty())) {
            throw new InvalidJwtException(Reason.AUDIENCE, "The ID token was issued to another client.");
        }
        requireTimes(claims);
        requireSubject(claims);
        if (claims.time("iat").isEmpty()) {
            throw new InvalidJwtException(Reason.CLAIM, "The ID token has no iat.");
        }
        if (!claims.text("nonce").equals(Optional.of(nonce))) {
            throw new InvalidJwtException(Reason.REPLAYED, "The ID token belongs to another sign-in.");
        }
        return claims;
    }

    /**
     * Verifies a logout token (OpenID Connect Back-Channel Logout 1.0, section 2.6); the caller checks {@code jti}.
     *
     * @throws InvalidJwtException if it is invalid or a token of another kind
     * @throws IdentityProviderException if the provider's keys are unknown
     */
    Claims logoutToken(String token) throws InvalidJwtException, IdentityProviderException {
        Claims claims = verify(token, LOGOUT_TOKEN_TYPES).claims();
        requireAudience(claims, config.clientId(), "AGYN_OIDC_CLIENT_ID");
        requireTimes(claims);
        JsonNode event = claims.object("events").path(LOGOUT_EVENT);
        if (!event.isObject() || claims.has("nonce")) {
            throw new InvalidJwtException(Reason.WRONG_KIND, "The JWT is not a logout token.");
        }
        if (claims.time("iat").isEmpty()
                || claims.text("jti").isEmpty()
                || (claims.text("sub").isEmpty() && claims.text("sid").isEmpty())) {
            throw new InvalidJwtException(Reason.CLAIM, "The logout token has no iat, no jti, or neither sub nor sid.");
        }
        return claims;
    }

    private Verified verify(String token, Set<String> types) throws InvalidJwtException, IdentityProviderException {
        Jwt jwt = Jwt.parse(token);
        JWSAlgorithm algorithm =
                SigningKeys.ALGORITHMS.get(jwt.header().path("alg").asText());
        if (algorithm == null) {
            throw new InvalidJwtException(
                    Reason.ALGORITHM, "The JWT is not signed with an accepted algorithm (RS, PS, ES or EdDSA).");
        }
        JsonNode header = jwt.header();
        if (KEY_HEADERS.stream().anyMatch(header::has)
                || header.has("crit")
                || header.has("b64")
                || header.has("zip")) {
            throw new InvalidJwtException(Reason.MALFORMED, "The JWT has a header that is not accepted.");
        }
        if (!types.contains(header.path("typ").asText("jwt").toLowerCase(Locale.ROOT))) {
            throw new InvalidJwtException(Reason.WRONG_KIND, "The JWT is another kind of token.");
        }
        // Before the signature, so that tokens of other issuers cause no fetch of keys.
        Claims claims = new Claims(jwt.payload());
        if (!claims.text("iss").equals(Optional.of(config.issuer()))) {
            throw new InvalidJwtException(
                    Reason.ISSUER, "The JWT has another issuer than " + config.issuer() + ", see AGYN_OIDC_ISSUER.");
        }
        return new Verified(claims, requireSignature(jwt, algorithm, keyId(header)));
    }

    private static Optional<String> keyId(JsonNode header) throws InvalidJwtException {
        if (!header.has("kid")) {
            return Optional.empty();
        }
        String id = header.path("kid").asText();
        if (!header.path("kid").isTextual() || id.length() > MAX_KEY_ID_LENGTH) {
            throw new InvalidJwtException(Reason.MALFORMED, "The JWT has an invalid key id.");
        }
        return Optional.of(id);
    }

    /** Returns the thumbprint of the key. */
    private String requireSignature(Jwt jwt, JWSAlgorithm algorithm, Optional<String> keyId)
            throws InvalidJwtException, IdentityProviderException {
        var candidates = keys.keysFor(keyId).of(keyId, algorithm);
        if (candidates.isEmpty()) {
            throw new InvalidJwtException(
                    Reason.UNKNOWN_KEY, "The JWT is signed with a key that the identity provider does not publish.");
        }
        JWSHeader header = new JWSHeader(algorithm);
        byte[] signed = jwt.signed().getBytes(US_ASCII);
        Base64URL signature = new Base64URL(jwt.signature());
        for (SigningKeys.Candidate candidate : candidates) {
            try {
                if (candidate.verifier().verify(header, signed, signature)) {
                    return candidate.thumbprint();
                }
            } catch (JOSEException e) {
                // As a wrong signature.
            }
        }
        throw new InvalidJwtException(Reason.SIGNATURE, "The signature of the JWT is wrong.");
    }

    private static void requireAudience(Claims claims, String audience, String setting) throws InvalidJwtException {
        if (!claims.texts("aud").contains(audience)) {
            throw new InvalidJwtException(
                    Reason.AUDIENCE, "The JWT is for another audience than " + audience + ", see " + setting + ".");
        }
    }

    private void requireTimes(Claims claims) throws InvalidJwtException {
        Instant now = clock.instant();
        Instant expiry = claims.time("exp")
                .orElseThrow(() -> new InvalidJwtException(Reason.CLAIM, "The JWT has no valid exp."));
        if (!expiry.plus(SKEW).isAfter(now)) {
            throw new InvalidJwtException(
                    Reason.EXPIRED, "The access token expired at " + expiry.truncatedTo(ChronoUnit.SECONDS) + ".");
        }
        for (String claim : Set.of("nbf", "iat")) {
            if (!claims.has(claim)) {
                continue;
            }
            Instant from = claims.time(claim)
                    .orElseThrow(() -> new InvalidJwtException(Reason.CLAIM, "The JWT has no valid " + claim + "."));
            if (from.minus(SKEW).isAfter(now)) {
                throw new InvalidJwtException(
                        Reason.NOT_YET_VALID,
                        "The access token is not valid before " + from + ": check the clocks of the server and of the"
                                + " identity provider.");
            }
        }
    }

    private static void requireSubject(Claims claims) throws InvalidJwtException {
        if (claims.text("sub")
                .filter(subject -> subject.length() <= MAX_SUBJECT_LENGTH
                        && subject.chars().noneMatch(Character::isISOControl))
                .isEmpty()) {
            throw new InvalidJwtException(Reason.CLAIM, "The JWT has no valid sub.");
        }
    }
}
