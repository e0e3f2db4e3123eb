package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.Listing.Page;
import io.agyn.sdk.api.SecretChecksApi;
import io.agyn.sdk.api.SecretProvidersApi;
import io.agyn.sdk.model.SecretProvider;
import io.agyn.sdk.model.SecretProviderCheck;
import io.agyn.sdk.model.SecretProviderCreate;
import io.agyn.sdk.model.SecretProviderCredentialsRevealed;
import io.agyn.sdk.model.SecretProviderList;
import io.agyn.sdk.model.SecretProviderUpdate;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The secret providers of an organization. Credentials are write-only, except for {@link #revealCredentials}. */
public final class SecretProviders {
    private final UUID organizationId;
    private final SecretProvidersApi api;
    private final SecretChecksApi checks;
    private final Exchange exchange;

    SecretProviders(UUID organizationId, SecretProvidersApi api, SecretChecksApi checks, Exchange exchange) {
        this.organizationId = requireNonNull(organizationId, "organizationId is null");
        this.api = requireNonNull(api, "api is null");
        this.checks = requireNonNull(checks, "checks is null");
        this.exchange = requireNonNull(exchange, "exchange is null");
    }

    /**
     * Creates a secret provider.
     *
     * @param provider the new secret provider
     * @return the secret provider as it was created
     * @throws InvalidRequestException if a field is invalid
     * @throws NotFoundException if there is no such organization
     * @throws ConflictException if another secret provider has the name
     */
    public SecretProvider create(SecretProviderCreate provider) {
        requireNonNull(provider, "provider is null");
        return exchange.create(key -> api.createSecretProviderWithHttpInfo(organizationId, provider, key));
    }

    /**
     * Reads a secret provider.
     *
     * @param id the secret provider's id
     * @return the secret provider
     * @throws NotFoundException if it does not exist
     */
    public SecretProvider get(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.read(() -> api.getSecretProviderWithHttpInfo(organizationId, id));
    }

    /**
     * Reveals the credential of a secret provider, for owners and cluster admins. The audit log records it.
     *
     * @param id the secret provider's id
     * @return its token or its secret id in plaintext
     * @throws ForbiddenException if the caller does not have permission
     * @throws NotFoundException if it does not exist
     */
    public SecretProviderCredentialsRevealed revealCredentials(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.write(() -> api.revealSecretProviderCredentialsWithHttpInfo(organizationId, id));
    }

    /**
     * Reads a secret provider together with its entity tag.
     *
     * @param id the secret provider's id
     * @return the secret provider and the tag that makes a later update or deletion conditional
     * @throws NotFoundException if it does not exist
     */
    public Versioned<SecretProvider> getVersioned(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.readVersioned(() -> api.getSecretProviderWithHttpInfo(organizationId, id));
    }

    /**
     * Looks up a secret provider by its name, which is unique in the organization.
     *
     * @param name the exact name
     * @return the secret provider; empty if not found
     */
    public Optional<SecretProvider> find(String name) {
        requireNonNull(name, "name is null");
        return list(name).stream().findFirst();
    }

    /**
     * Lists all secret providers of the organization.
     *
     * @return the secret providers, fetched while iterating
     */
    public Listing<SecretProvider> list() {
        return list(null);
    }

    private Listing<SecretProvider> list(@Nullable String name) {
        return new Listing<>((pageSize, pageToken) -> {
            SecretProviderList page = exchange.read(
                    () -> api.listSecretProvidersWithHttpInfo(organizationId, pageSize, pageToken, name, null, null));
            return new Page<>(page.getItems(), page.getNextPageToken());
        });
    }

    /**
     * Replaces a secret provider. An omitted token or secret id stays stored while the auth method still uses it.
     *
     * @param id the secret provider's id
     * @param provider the new state
     * @return the secret provider as it is now
     * @throws NotFoundException if there is no such secret provider
     * @throws InvalidRequestException if a field is invalid
     * @throws ConflictException if another secret provider has the name
     */
    public SecretProvider update(UUID id, SecretProviderUpdate provider) {
        requireNonNull(id, "id is null");
        requireNonNull(provider, "provider is null");
        return exchange.write(() -> api.updateSecretProviderWithHttpInfo(organizationId, id, provider, null));
    }

    /**
     * Updates a secret provider, like {@link #update(UUID, SecretProviderUpdate)}, but only if it has not changed since.
     *
     * @param id the secret provider's id
     * @param provider the new state
     * @param etag the entity tag of the state that the update is based on
     * @return the secret provider as it is now and its new entity tag
     * @throws PreconditionFailedException if the secret provider has changed since
     */
    public Versioned<SecretProvider> update(UUID id, SecretProviderUpdate provider, String etag) {
        requireNonNull(id, "id is null");
        requireNonNull(provider, "provider is null");
        requireNonNull(etag, "etag is null");
        return exchange.writeVersioned(() -> api.updateSecretProviderWithHttpInfo(organizationId, id, provider, etag));
    }

    /**
     * Deletes a secret provider.
     *
     * @param id the secret provider's id
     * @throws NotFoundException if there is no such secret provider
     * @throws ConflictException if secrets use it; the detail names them
     */
    public void delete(UUID id) {
        requireNonNull(id, "id is null");
        exchange.delete(() -> api.deleteSecretProviderWithHttpInfo(organizationId, id, null));
    }

    /**
     * Deletes a secret provider, like {@link #delete(UUID)}, but only if it has not changed since.
     *
     * @param id the secret provider's id
     * @param etag the entity tag of the state to delete
     * @throws PreconditionFailedException if the secret provider has changed since
     */
    public void delete(UUID id, String etag) {
        requireNonNull(id, "id is null");
        requireNonNull(etag, "etag is null");
        exchange.delete(() -> api.deleteSecretProviderWithHttpInfo(organizationId, id, etag));
    }

    /**
     * Checks whether a secret provider can be reached and accepts its credential. A failed check is a result, not an
     * exception.
     *
     * @param id the secret provider's id
     * @return the result of the check
     * @throws ForbiddenException if the caller does not have permission
     * @throws NotFoundException if there is no such secret provider
     */
    public SecretProviderCheck check(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.write(() -> checks.checkSecretProviderWithHttpInfo(organizationId, id));
    }
}
