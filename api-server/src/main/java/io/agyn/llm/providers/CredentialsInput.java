package io.agyn.llm.providers;

import io.agyn.api.model.AuthMethod;
import io.agyn.api.model.LlmProviderCreate;
import io.agyn.api.model.LlmProviderUpdate;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The credentials in a request.
 *
 * @param authMethod how they are sent, or null if unknown
 * @param tokenSecretId the secret with the token
 * @param token the token itself
 * @param customHeaders the headers
 */
record CredentialsInput(
        @Nullable AuthMethod authMethod,
        @Nullable UUID tokenSecretId,
        @Nullable String token,
        @Nullable Map<String, String> customHeaders) {
    static CredentialsInput of(LlmProviderCreate body) {
        return new CredentialsInput(
                body.getAuthMethod(), body.getTokenSecretId(), body.getToken(), body.getCustomHeaders());
    }

    static CredentialsInput of(LlmProviderUpdate body) {
        return new CredentialsInput(
                body.getAuthMethod(), body.getTokenSecretId(), body.getToken(), body.getCustomHeaders());
    }

    /** The generated types have an empty map for a missing one; an empty one in the request was rejected before. */
    CredentialsInput {
        customHeaders = customHeaders == null || customHeaders.isEmpty() ? null : customHeaders;
    }

    /** Whether the request has no credentials, so that the stored ones stay. */
    boolean isEmpty() {
        return tokenSecretId == null && token == null && customHeaders == null;
    }

    /** Shows which kinds are present, never their values. */
    @Override
    public String toString() {
        return "CredentialsInput[%s, token_secret_id: %s, token: %s, custom_headers: %s]"
                .formatted(authMethod, tokenSecretId != null, token != null, customHeaders != null);
    }
}
