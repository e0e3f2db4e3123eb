package io.agyn.secrets.remote;

import static java.util.Objects.requireNonNull;

import io.agyn.vault.VaultConfig;
import io.agyn.vault.VaultException;
import java.util.Objects;
import java.util.UUID;

/**
 * A remote secret, and all that is needed to read it. Two references are equal if they read the same value: names only
 * appear in messages.
 *
 * @param path the path below {@code /v1/}
 * @param key the key of the value in the secret at the path
 */
public record RemoteReference(
        UUID organizationId,
        UUID secretId,
        String secretName,
        UUID providerId,
        String providerName,
        VaultConfig config,
        String path,
        String key) {

    public RemoteReference {
        requireNonNull(organizationId, "organizationId is null");
        requireNonNull(secretId, "secretId is null");
        requireNonNull(secretName, "secretName is null");
        requireNonNull(providerId, "providerId is null");
        requireNonNull(providerName, "providerName is null");
        requireNonNull(config, "config is null");
        requireNonNull(path, "path is null");
        requireNonNull(key, "key is null");
    }

    /** Explains why the secret cannot be read, and what to do. */
    public String explain(VaultException failure) {
        return failure.explain(secretName, providerName);
    }

    boolean hasSameNames(RemoteReference other) {
        return secretName.equals(other.secretName) && providerName.equals(other.providerName);
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof RemoteReference reference
                        && secretId.equals(reference.secretId)
                        && providerId.equals(reference.providerId)
                        && path.equals(reference.path)
                        && key.equals(reference.key)
                        && config.equals(reference.config);
    }

    @Override
    public int hashCode() {
        // Without the configuration, whose hash is slow.
        return Objects.hash(secretId, providerId, path, key);
    }

    @Override
    public String toString() {
        return "secret %s at %s".formatted(secretName, providerName);
    }
}
