package io.agyn.console.secrets;

import io.agyn.api.model.LlmProvider;
import io.agyn.api.model.Secret;
import io.agyn.api.model.SecretProvider;
import org.jspecify.annotations.Nullable;

/**
 * Where the credentials of an LLM provider are stored.
 *
 * @param secret the secret with the token; null if the LLM provider stores its credentials itself
 * @param secretProvider null unless the secret is remote
 */
public record CredentialSource(
        LlmProvider llmProvider,
        @Nullable Secret secret,
        @Nullable SecretProvider secretProvider) {}
