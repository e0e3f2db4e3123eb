package io.agyn.secretproviders;

import static java.util.Objects.requireNonNull;

import io.agyn.logging.Exceptions;
import io.agyn.secrets.VaultConfigs;
import io.agyn.vault.VaultClient;
import io.agyn.vault.VaultException;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jboss.logging.Logger;

/** Keeps the tokens of secret providers renewed while no call uses them. AppRole logins are obtained when needed. */
@Singleton
class SecretProviderTokens {
    private static final Logger LOG = Logger.getLogger(SecretProviderTokens.class);
    private static final int CONCURRENCY = 8;

    private final SecretProviders providers;
    private final VaultClient client;

    SecretProviderTokens(SecretProviders providers, VaultClient client) {
        this.providers = requireNonNull(providers, "providers is null");
        this.client = requireNonNull(client, "client is null");
    }

    // Sessions close ten minutes after their last use.
    @Scheduled(
            identity = "secret-provider-tokens",
            every = "5m",
            delayed = "1m",
            concurrentExecution = ConcurrentExecution.SKIP)
    void run() {
        List<SecretProviders.Key> keys = QuarkusTransaction.requiringNew().call(providers::withToken);
        try (ExecutorService threads =
                Executors.newFixedThreadPool(CONCURRENCY, Thread.ofVirtual().factory())) {
            keys.forEach(key -> threads.execute(() -> keep(key)));
        }
    }

    private void keep(SecretProviders.Key key) {
        try {
            VaultConfigs.Provider provider =
                    QuarkusTransaction.requiringNew().call(() -> providers.provider(key.organizationId(), key.id()));
            client.keep(provider.config());
        } catch (VaultException | RuntimeException e) {
            // Reads and checks report it.
            LOG.debugf(Exceptions.withoutMessages(e), "The token of the secret provider %s was not kept", key.id());
        }
    }
}
