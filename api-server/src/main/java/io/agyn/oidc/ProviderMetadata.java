package io.agyn.oidc;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.Optional;

/**
 * The identity provider's metadata (OpenID Connect Discovery 1.0).
 *
 * @param authorizationEndpoint the page where users sign in
 * @param tokenEndpoint exchanges codes for tokens
 * @param jwksUri the signing keys
 * @param endSessionEndpoint the page where users sign out, if the provider has one
 * @param userInfoEndpoint returns claims about a user, if the provider has one
 * @param acceptsBasic whether the client's secret may be sent by HTTP Basic
 * @param returnsIssuer whether authorization responses have the parameter {@code iss} (RFC 9207)
 */
record ProviderMetadata(
        String authorizationEndpoint,
        String tokenEndpoint,
        String jwksUri,
        Optional<String> endSessionEndpoint,
        Optional<String> userInfoEndpoint,
        boolean acceptsBasic,
        boolean returnsIssuer) {
    private static final String PATH = "/.well-known/openid-configuration";

    ProviderMetadata {
        requireNonNull(authorizationEndpoint, "authorizationEndpoint is null");
        requireNonNull(tokenEndpoint, "tokenEndpoint is null");
        requireNonNull(jwksUri, "jwksUri is null");
    }

    /** The URL of an issuer's metadata. */
    static String url(String issuer) {
        return (issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer) + PATH;
    }

    /**
     * Reads a metadata document.
     *
     * @throws IdentityProviderException if it is another issuer's, or lacks an endpoint
     */
    static ProviderMetadata parse(JsonNode document, OidcConfig config) throws IdentityProviderException {
        String issuer = document.path("issuer").asText();
        if (!issuer.equals(config.issuer())) {
            throw new IdentityProviderException(
                    "its metadata has the issuer \"%s\": set AGYN_OIDC_ISSUER to exactly that".formatted(issuer));
        }
        return new ProviderMetadata(
                required(document, "authorization_endpoint", config),
                required(document, "token_endpoint", config),
                required(document, "jwks_uri", config),
                optional(document, "end_session_endpoint", config),
                optional(document, "userinfo_endpoint", config),
                acceptsBasic(document.path("token_endpoint_auth_methods_supported")),
                document.path("authorization_response_iss_parameter_supported").asBoolean());
    }

    /**
     * Parses an endpoint's URL.
     *
     * @throws IdentityProviderException if it is not a usable URL
     */
    static URI endpoint(String url, boolean allowsHttp) throws IdentityProviderException {
        try {
            URI uri = URI.create(url);
            boolean isAllowed = "https".equalsIgnoreCase(uri.getScheme())
                    || (allowsHttp && "http".equalsIgnoreCase(uri.getScheme()));
            if (isAllowed && uri.getHost() != null && uri.getRawUserInfo() == null && uri.getRawFragment() == null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // As a URL of another scheme.
        }
        throw new IdentityProviderException("its metadata has the URL \"" + url + "\", which is not an https URL");
    }

    private static Optional<String> optional(JsonNode document, String name, OidcConfig config)
            throws IdentityProviderException {
        return document.hasNonNull(name) ? Optional.of(required(document, name, config)) : Optional.empty();
    }

    private static String required(JsonNode document, String name, OidcConfig config) throws IdentityProviderException {
        String url = document.path(name).asText();
        if (url.isEmpty()) {
            throw new IdentityProviderException("its metadata has no " + name);
        }
        return endpoint(url, config.allowsHttp()).toString();
    }

    /** Basic is the default of the specification. */
    private static boolean acceptsBasic(JsonNode methods) {
        if (!methods.isArray()) {
            return true;
        }
        for (JsonNode method : methods) {
            if (method.asText().equals("client_secret_basic")) {
                return true;
            }
        }
        return false;
    }
}
