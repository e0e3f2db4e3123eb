package io.agyn.secretproviders;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Caller;
import io.agyn.access.UserLimit;
import io.agyn.api.model.SecretFailure;
import io.agyn.api.model.SecretProviderCheck;
import io.agyn.secrets.VaultConfigs;
import io.agyn.storage.StoredResource;
import io.agyn.vault.VaultCheck;
import io.agyn.vault.VaultClient;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.inject.Singleton;
import java.util.UUID;

/** Checks secret providers for users. While a secret provider responds, no database connection is in use. */
@Singleton
class SecretProviderChecks {
    private final SecretProviders providers;
    private final VaultClient client;
    private final UserLimit limit;

    SecretProviderChecks(SecretProviders providers, VaultClient client, Caller caller) {
        this.providers = requireNonNull(providers, "providers is null");
        this.client = requireNonNull(client, "client is null");
        limit = new UserLimit(caller, "checks of secret providers");
    }

    SecretProviderCheck check(UUID organizationId, UUID id) {
        VaultConfigs.Provider provider =
                QuarkusTransaction.requiringNew().call(() -> providers.provider(organizationId, id));
        VaultCheck check = limit.run(() -> client.check(provider.config()));
        return new SecretProviderCheck()
                .reachable(check.isReachable())
                .credentialAccepted(check.isCredentialAccepted())
                .expiresAt(StoredResource.utc(check.expiresAt().orElse(null)))
                .renewable(check.isRenewable())
                .failure(check.failure()
                        .map(failure -> SecretFailure.fromValue(failure.kind().code()))
                        .orElse(null))
                .explanation(check.failure()
                        .map(failure -> failure.explain(provider.name()))
                        .orElse(null));
    }
}
