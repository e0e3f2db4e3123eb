package io.agyn.oidc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.agyn.oidc.InvalidJwtException.Reason;
import jakarta.inject.Singleton;
import java.net.URLEncoder;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** The Authorization Code flow with PKCE, and RP-initiated logout. It blocks. */
@Singleton
public class SignInFlow {
    /** How long ago a fresh sign-in may be. */
    public static final Duration FRESH = Duration.ofMinutes(15);

    private final IdentityProvider provider;
    private final SignedInUsers users;

    SignInFlow(IdentityProvider provider, SignedInUsers users) {
        this.provider = requireNonNull(provider, "provider is null");
        this.users = requireNonNull(users, "users is null");
    }

    /**
     * A sign-in to send the browser to.
     *
     * @param location the provider's page
     * @param state the state to keep in a cookie
     */
    public record Begun(String location, SignInState state) {}

    /**
     * A completed sign-in.
     *
     * @param userId the user, who may be suspended
     * @param sid the session at the provider, if it reports one
     * @param authenticatedAt when the user authenticated at the provider, if it reports that
     * @param idToken the ID token, which names the session at the sign-out
     */
    public record Completed(UUID userId, Optional<String> sid, Optional<Instant> authenticatedAt, String idToken) {}

    /** The provider's name for users; empty if none is configured. */
    public Optional<String> displayName() {
        return provider.config().map(OidcConfig::displayName);
    }

    /**
     * Begins a sign-in.
     *
     * @param redirectUri the callback, as registered at the provider
     * @param isFresh whether the user must authenticate unless they did so in the last 15 minutes
     * @param next the page to show afterwards
     * @throws IdentityProviderException if the provider is unavailable
     */
    public Begun begin(String redirectUri, boolean isFresh, String next) throws IdentityProviderException {
        OidcConfig config = config();
        SignInState state = SignInState.begin(isFresh, next);
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("response_type", "code");
        parameters.put("client_id", config.clientId());
        parameters.put("redirect_uri", redirectUri);
        parameters.put("scope", config.scopes());
        parameters.put("state", state.state());
        parameters.put("nonce", state.nonce());
        parameters.put("code_challenge", state.challenge());
        parameters.put("code_challenge_method", "S256");
        if (isFresh) {
            parameters.put("max_age", Long.toString(FRESH.toSeconds()));
        }
        return new Begun(url(provider.requireAvailable().authorizationEndpoint(), parameters), state);
    }

    /**
     * Rejects an authorization response of another provider (RFC 9207).
     *
     * @param issuer its parameter {@code iss}, if any
     * @throws InvalidJwtException if it is from another provider
     * @throws IdentityProviderException if the provider is unavailable
     */
    public void requireIssuer(Optional<String> issuer) throws IdentityProviderException, InvalidJwtException {
        if (!issuer.map(config().issuer()::equals).orElse(!provider.metadata().returnsIssuer())) {
            throw new InvalidJwtException(Reason.ISSUER, "The authorization response is from another issuer.");
        }
    }

    /**
     * Completes a sign-in: exchanges the code, verifies the ID token, and finds or creates the user.
     *
     * @throws IdentityProviderException if the provider is unavailable or rejects the code
     * @throws InvalidJwtException if the ID token is invalid
     */
    public Completed complete(SignInState state, String code, String redirectUri)
            throws IdentityProviderException, InvalidJwtException {
        JsonNode tokens = exchange(state, code, redirectUri);
        String idToken = tokens.path("id_token").asText();
        Claims claims = provider.verifier().idToken(idToken, state.nonce());
        Optional<Instant> authenticatedAt = claims.time("auth_time");
        if (state.isFresh()
                && authenticatedAt
                        .filter(at -> at.isAfter(Instant.now().minus(FRESH).minus(JwtVerifier.SKEW)))
                        .isEmpty()) {
            throw new InvalidJwtException(
                    Reason.EXPIRED,
                    "The identity provider did not ask you to sign in again (auth_time is missing or old).");
        }
        Claims all = withUserInfo(claims, tokens.path("access_token").asText());
        return new Completed(users.signIn(Profile.of(all, config())), claims.text("sid"), authenticatedAt, idToken);
    }

    /**
     * The provider's page that ends the session there.
     *
     * @param idToken the ID token of the session, if known
     * @param returnTo where the provider sends the browser afterwards, as registered there
     * @return the URL; empty if the provider has no such page or is unavailable
     */
    public Optional<String> endSession(Optional<String> idToken, String returnTo) {
        if (provider.config().isEmpty()) {
            return Optional.empty();
        }
        try {
            Map<String, String> parameters = new LinkedHashMap<>();
            idToken.ifPresent(token -> parameters.put("id_token_hint", token));
            parameters.put("client_id", config().clientId());
            parameters.put("post_logout_redirect_uri", returnTo);
            return provider.requireAvailable().endSessionEndpoint().map(endpoint -> url(endpoint, parameters));
        } catch (IdentityProviderException e) {
            return Optional.empty();
        }
    }

    private JsonNode exchange(SignInState state, String code, String redirectUri) throws IdentityProviderException {
        OidcConfig config = config();
        ProviderMetadata metadata = provider.metadata();
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "authorization_code");
        form.put("code", code);
        form.put("redirect_uri", redirectUri);
        form.put("client_id", config.clientId());
        form.put("code_verifier", state.verifier());
        Map<String, String> basic = Map.of();
        if (config.clientSecret().isPresent()) {
            if (metadata.acceptsBasic()) {
                basic = Map.of(config.clientId(), config.clientSecret().get());
            } else {
                form.put("client_secret", config.clientSecret().get());
            }
        }
        ProviderClient.Response response = provider.client().post(metadata.tokenEndpoint(), form, basic);
        if (response.status() != 200 || !response.body().path("id_token").isTextual()) {
            // The description could contain anything; the code is from a list.
            String error = response.body().path("error").asText();
            throw new IdentityProviderException("it did not exchange the code (status %d%s)"
                    .formatted(response.status(), error.matches("[a-z_]{1,50}") ? ", " + error : ""));
        }
        return response.body();
    }

    /** Providers may return the claims of the scopes profile and email only there. */
    private Claims withUserInfo(Claims claims, String accessToken) throws IdentityProviderException {
        OidcConfig.ClaimNames names = config().claims();
        Optional<String> endpoint = provider.metadata().userInfoEndpoint();
        if (endpoint.isEmpty()
                || accessToken.isEmpty()
                || (claims.has(names.username()) && claims.has(names.email()))) {
            return claims;
        }
        JsonNode info = provider.client().get(endpoint.get(), Optional.of(accessToken));
        return claims.text("sub").equals(Optional.of(info.path("sub").asText())) ? claims.or(info) : claims;
    }

    private OidcConfig config() {
        return provider.config().orElseThrow();
    }

    private static String url(String endpoint, Map<String, String> parameters) {
        return endpoint
                + (endpoint.contains("?") ? "&" : "?")
                + parameters.entrySet().stream()
                        .map(parameter -> parameter.getKey() + "=" + URLEncoder.encode(parameter.getValue(), UTF_8))
                        .collect(Collectors.joining("&"));
    }
}
