package io.agyn.proxy.routing;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.AuthMethod;
import io.agyn.secrets.remote.RemoteReference;
import java.util.List;
import java.util.Map;

/**
 * A credential for an LLM provider that is a remote secret. Its value is read when a call starts.
 *
 * @param authMethod how the LLM provider gets it, in one header
 */
public record RemoteCredential(RemoteReference reference, AuthMethod authMethod) {

    public RemoteCredential {
        requireNonNull(reference, "reference is null");
        requireNonNull(authMethod, "authMethod is null");
    }

    List<Map.Entry<String, String>> headers(String value) {
        return headers(authMethod, value);
    }

    /**
     * Returns the header with a token.
     *
     * @param value a valid header value
     */
    static List<Map.Entry<String, String>> headers(AuthMethod authMethod, String value) {
        return switch (authMethod) {
            case BEARER -> List.of(Map.entry("authorization", "Bearer " + value));
            case X_API_KEY -> List.of(Map.entry("x-api-key", value));
            case CUSTOM_HEADERS -> throw new IllegalArgumentException("custom headers have no token");
        };
    }
}
