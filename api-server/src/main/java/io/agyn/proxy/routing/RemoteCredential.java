package io.agyn.proxy.routing;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.AuthMethod;
import io.agyn.secrets.remote.RemoteReference;
import io.agyn.secrets.remote.RemoteValue;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A credential for an LLM provider that is a remote secret. Its value is read when a call starts.
 *
 * @param authMethod how the LLM provider gets it, in one header
 * @param value the value of a call; null before it is known
 */
public record RemoteCredential(
        RemoteReference reference,
        AuthMethod authMethod,
        @Nullable RemoteValue value) {

    public RemoteCredential {
        requireNonNull(reference, "reference is null");
        requireNonNull(authMethod, "authMethod is null");
    }

    /** A credential before its value is known. */
    RemoteCredential(RemoteReference reference, AuthMethod authMethod) {
        this(reference, authMethod, null);
    }

    RemoteCredential with(RemoteValue known) {
        return new RemoteCredential(reference, authMethod, known);
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
