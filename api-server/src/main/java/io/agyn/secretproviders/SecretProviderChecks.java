package io.agyn.secretproviders;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.SecretFailure;
import io.agyn.api.model.SecretProviderCheck;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.inject.Singleton;
import java.util.UUID;

/** Checks secret providers for users. While a secret provider responds, no database connection is in use. */
@Singleton
class SecretProviderChecks {
    private final SecretProviders providers;

    SecretProviderChecks(SecretProviders providers) {
        this.providers = requireNonNull(providers, "providers is null");
    }

    SecretProviderCheck check(UUID organizationId, UUID id) {
        SecretProviderEntity provider = QuarkusTransaction.requiringNew().call(() -> providers.get(organizationId, id));
        return new SecretProviderCheck()
                .reachable(false)
                .credentialAccepted(false)
                .renewable(false)
                .failure(SecretFailure.UNREACHABLE)
                .explanation("The secret provider " + provider.name + " cannot be called yet.");
    }
}
