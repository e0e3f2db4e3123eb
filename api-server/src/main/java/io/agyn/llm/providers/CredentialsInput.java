package io.agyn.llm.providers;

import io.agyn.api.model.AuthMethod;
import io.agyn.api.model.LlmProviderCreate;
import io.agyn.api.model.LlmProviderUpdate;
import java.util.Map;
import java.util.UUID;

/**
 * The credentials that a request gives.
 *
 * @param authMethod how they are sent, or null where it is not known
 * @param tokenSecretId the secret that holds the token, or null
 * @param token the token itself, or null
 * @param customHeaders the header map, or null
 */
record CredentialsInput(AuthMethod authMethod, UUID tokenSecretId, String token, Map<String, String> customHeaders) {
    static CredentialsInput of(LlmProviderCreate body) {
        return new CredentialsInput(
                body.getAuthMethod(), body.getTokenSecretId(), body.getToken(), body.getCustomHeaders());
    }

    static CredentialsInput of(LlmProviderUpdate body) {
        return new CredentialsInput(
                body.getAuthMethod(), body.getTokenSecretId(), body.getToken(), body.getCustomHeaders());
    }

    /** The generated types hold an empty map where the request has none; an empty one is refused before. */
    CredentialsInput {
        customHeaders = customHeaders == null || customHeaders.isEmpty() ? null : customHeaders;
    }

    /** Whether the request gives none, so that what is stored stays. */
    boolean isEmpty() {
        return tokenSecretId == null && token == null && customHeaders == null;
    }

    /** Names the kinds that are given, never their values. */
    @Override
    public String toString() {
        return "CredentialsInput[%s, token_secret_id: %s, token: %s, custom_headers: %s]"
                .formatted(authMethod, tokenSecretId != null, token != null, customHeaders != null);
    }
}
