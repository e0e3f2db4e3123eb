package io.agyn.secrets;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Caller;
import io.agyn.access.UserLimit;
import io.agyn.api.model.SecretCheck;
import io.agyn.api.model.SecretFailure;
import io.agyn.headers.HeaderSyntax;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.secrets.remote.RemoteReference;
import io.agyn.secrets.remote.RemoteSecrets;
import io.agyn.vault.VaultException;
import io.agyn.vault.VaultValue;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.UUID;

/** Reads the values of secrets for users. While a secret provider responds, no database connection is in use. */
@Singleton
public class SecretValues {
    private final Secrets secrets;
    private final VaultConfigs configs;
    private final RemoteSecrets remoteSecrets;
    private final RemoteSecretStatuses statuses;
    private final UserLimit limit;

    SecretValues(
            Secrets secrets,
            VaultConfigs configs,
            RemoteSecrets remoteSecrets,
            RemoteSecretStatuses statuses,
            Caller caller) {
        this.secrets = requireNonNull(secrets, "secrets is null");
        this.configs = requireNonNull(configs, "configs is null");
        this.remoteSecrets = requireNonNull(remoteSecrets, "remoteSecrets is null");
        this.statuses = requireNonNull(statuses, "statuses is null");
        limit = new UserLimit(caller, "reads of remote secrets");
    }

    private sealed interface Source {}

    private record Local(String name, String value) implements Source {}

    private record Remote(RemoteReference reference) implements Source {}

    /**
     * Decrypts the value of a local secret, or reads the value of a remote secret.
     *
     * @throws ProblemException {@code credential_unavailable} if it cannot be read from the secret provider
     */
    String reveal(UUID organizationId, UUID id) {
        return switch (source(organizationId, id)) {
            case Local local -> local.value();
            case Remote(RemoteReference reference) -> limit.run(() -> reveal(reference));
        };
    }

    private String reveal(RemoteReference reference) {
        try {
            return remoteSecrets.readThrough(reference).value();
        } catch (VaultException e) {
            throw new ProblemException(ProblemKind.CREDENTIAL_UNAVAILABLE, reference.explain(e));
        }
    }

    /** Checks whether the value of a secret can be read, and sent as a token. */
    public SecretCheck check(UUID organizationId, UUID id) {
        return switch (source(organizationId, id)) {
            case Local local -> check(local);
            case Remote(RemoteReference reference) -> limit.run(() -> check(reference));
        };
    }

    private static SecretCheck check(Local local) {
        return HeaderSyntax.credential(local.value()).isPresent()
                ? new SecretCheck().succeeded(true)
                : new SecretCheck()
                        .succeeded(false)
                        .failure(SecretFailure.NOT_SENDABLE)
                        .explanation("The value of the secret " + local.name()
                                + " is empty or contains characters that are invalid in HTTP headers: write it as"
                                + " visible ASCII characters.");
    }

    private SecretCheck check(RemoteReference reference) {
        Instant start = Instant.now();
        try {
            VaultValue value = remoteSecrets.check(reference);
            statuses.onRead(reference, value.version(), start);
            return new SecretCheck().succeeded(true).version(value.version());
        } catch (VaultException e) {
            statuses.onFailure(reference, e);
            return new SecretCheck()
                    .succeeded(false)
                    .failure(SecretFailure.fromValue(e.kind().code()))
                    .explanation(reference.explain(e));
        }
    }

    private Source source(UUID organizationId, UUID id) {
        return QuarkusTransaction.requiringNew().call(() -> {
            SecretEntity secret = secrets.get(organizationId, id);
            return secret.isRemote() ? new Remote(reference(secret)) : new Local(secret.name, secrets.reveal(secret));
        });
    }

    private RemoteReference reference(SecretEntity secret) {
        UUID providerId = requireNonNull(secret.providerId, "providerId is null");
        VaultConfigs.Provider provider = configs.provider(secret.organizationId, providerId);
        return new RemoteReference(
                secret.organizationId,
                secret.id,
                secret.name,
                providerId,
                provider.name(),
                provider.config(),
                requireNonNull(secret.remotePath, "remotePath is null"),
                requireNonNull(secret.remoteKey, "remoteKey is null"));
    }
}
