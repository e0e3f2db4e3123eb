package io.agyn.console.secrets;

import static java.util.Objects.requireNonNull;

import io.agyn.api.SecretProvidersApi;
import io.agyn.api.SecretsApi;
import io.agyn.api.model.LlmProvider;
import io.agyn.api.model.Secret;
import io.agyn.api.model.SecretProvider;
import io.agyn.console.Api;
import jakarta.inject.Singleton;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Finds where the credentials of LLM providers are stored. */
@Singleton
public class CredentialSources {
    private final Api api;
    private final SecretsApi secrets;
    private final SecretProvidersApi secretProviders;

    CredentialSources(Api api) {
        this.api = requireNonNull(api, "api is null");
        this.secrets = api.of(SecretsApi.class);
        this.secretProviders = api.of(SecretProvidersApi.class);
    }

    public CredentialSource of(LlmProvider provider) {
        UUID organizationId = provider.getOrganizationId();
        Secret secret = provider.getTokenSecretId() == null
                ? null
                : api.read(secrets.getSecret(organizationId, provider.getTokenSecretId()), Secret.class);
        return new CredentialSource(provider, secret, secret == null ? null : secretProvider(secret));
    }

    /** The secret provider of a remote secret; null if the secret is local. */
    @Nullable
    SecretProvider secretProvider(Secret secret) {
        return secret.getProviderId() == null
                ? null
                : api.read(
                        secretProviders.getSecretProvider(secret.getOrganizationId(), secret.getProviderId()),
                        SecretProvider.class);
    }
}
