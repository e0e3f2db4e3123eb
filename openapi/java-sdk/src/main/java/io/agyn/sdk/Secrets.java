package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.Listing.Page;
import io.agyn.sdk.api.SecretChecksApi;
import io.agyn.sdk.api.SecretsApi;
import io.agyn.sdk.model.Secret;
import io.agyn.sdk.model.SecretCheck;
import io.agyn.sdk.model.SecretCreate;
import io.agyn.sdk.model.SecretList;
import io.agyn.sdk.model.SecretUpdate;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The secrets of an organization, local and remote. Values are write-only, except for {@link #reveal}. */
public final class Secrets {
    private final UUID organizationId;
    private final SecretsApi api;
    private final SecretChecksApi checks;
    private final Exchange exchange;

    Secrets(UUID organizationId, SecretsApi api, SecretChecksApi checks, Exchange exchange) {
        this.organizationId = requireNonNull(organizationId, "organizationId is null");
        this.api = requireNonNull(api, "api is null");
        this.checks = requireNonNull(checks, "checks is null");
        this.exchange = requireNonNull(exchange, "exchange is null");
    }

    /**
     * Creates a secret.
     *
     * @param secret the new secret
     * @return the secret as it was created
     * @throws InvalidRequestException if a field is invalid
     * @throws NotFoundException if there is no such organization or secret provider
     * @throws ConflictException if another secret has the name
     */
    public Secret create(SecretCreate secret) {
        requireNonNull(secret, "secret is null");
        return exchange.create(key -> api.createSecretWithHttpInfo(organizationId, secret, key));
    }

    /**
     * Reads a secret.
     *
     * @param id the secret's id
     * @return the secret
     * @throws NotFoundException if it does not exist
     */
    public Secret get(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.read(() -> api.getSecretWithHttpInfo(organizationId, id));
    }

    /**
     * Reveals the value of a secret, for owners and cluster admins. The audit log records it. A remote secret is read from
     * its secret provider.
     *
     * @param id the secret's id
     * @return the value in plaintext
     * @throws ProblemException with the code {@code credential_unavailable} if a remote secret cannot be read
     * @throws ForbiddenException if the caller does not have permission
     * @throws NotFoundException if it does not exist
     */
    public String reveal(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.write(() -> api.revealSecretWithHttpInfo(organizationId, id))
                .getValue();
    }

    /**
     * Reads a secret together with its entity tag.
     *
     * @param id the secret's id
     * @return the secret and the tag that makes a later update or deletion conditional
     * @throws NotFoundException if it does not exist
     */
    public Versioned<Secret> getVersioned(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.readVersioned(() -> api.getSecretWithHttpInfo(organizationId, id));
    }

    /**
     * Looks up a secret by its name, which is unique in the organization.
     *
     * @param name the exact name
     * @return the secret; empty if not found
     */
    public Optional<Secret> find(String name) {
        requireNonNull(name, "name is null");
        return list(name).stream().findFirst();
    }

    /**
     * Lists all secrets of the organization.
     *
     * @return the secrets, fetched while iterating
     */
    public Listing<Secret> list() {
        return list(null);
    }

    private Listing<Secret> list(@Nullable String name) {
        return new Listing<>((pageSize, pageToken) -> {
            SecretList page = exchange.read(
                    () -> api.listSecretsWithHttpInfo(organizationId, pageSize, pageToken, name, null, null));
            return new Page<>(page.getItems(), page.getNextPageToken());
        });
    }

    /**
     * Replaces a secret. A local secret keeps its value if none is given; a local secret that becomes remote loses it.
     *
     * @param id the secret's id
     * @param secret the new state
     * @return the secret as it is now
     * @throws NotFoundException if there is no such secret or secret provider
     * @throws InvalidRequestException if a field is invalid
     * @throws ConflictException if another secret has the name
     */
    public Secret update(UUID id, SecretUpdate secret) {
        requireNonNull(id, "id is null");
        requireNonNull(secret, "secret is null");
        return exchange.write(() -> api.updateSecretWithHttpInfo(organizationId, id, secret, null));
    }

    /**
     * Updates a secret, like {@link #update(UUID, SecretUpdate)}, but only if it has not changed since.
     *
     * @param id the secret's id
     * @param secret the new state
     * @param etag the entity tag of the state that the update is based on
     * @return the secret as it is now and its new entity tag
     * @throws PreconditionFailedException if the secret has changed since
     */
    public Versioned<Secret> update(UUID id, SecretUpdate secret, String etag) {
        requireNonNull(id, "id is null");
        requireNonNull(secret, "secret is null");
        requireNonNull(etag, "etag is null");
        return exchange.writeVersioned(() -> api.updateSecretWithHttpInfo(organizationId, id, secret, etag));
    }

    /**
     * Deletes a secret.
     *
     * @param id the secret's id
     * @throws NotFoundException if there is no such secret
     * @throws ConflictException if LLM providers use it; the detail names them
     */
    public void delete(UUID id) {
        requireNonNull(id, "id is null");
        exchange.delete(() -> api.deleteSecretWithHttpInfo(organizationId, id, null));
    }

    /**
     * Deletes a secret, like {@link #delete(UUID)}, but only if it has not changed since.
     *
     * @param id the secret's id
     * @param etag the entity tag of the state to delete
     * @throws PreconditionFailedException if the secret has changed since
     */
    public void delete(UUID id, String etag) {
        requireNonNull(id, "id is null");
        requireNonNull(etag, "etag is null");
        exchange.delete(() -> api.deleteSecretWithHttpInfo(organizationId, id, etag));
    }

    /**
     * Checks whether the value of a secret can be read, and sent as a token. A failed check is a result, not an exception.
     *
     * @param id the secret's id
     * @return the result of the check
     * @throws ForbiddenException if the caller does not have permission
     * @throws NotFoundException if there is no such secret
     */
    public SecretCheck check(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.write(() -> checks.checkSecretWithHttpInfo(organizationId, id));
    }
}
