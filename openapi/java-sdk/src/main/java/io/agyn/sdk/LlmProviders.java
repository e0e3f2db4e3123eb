package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.Listing.Page;
import io.agyn.sdk.api.LlmProvidersApi;
import io.agyn.sdk.model.LlmProvider;
import io.agyn.sdk.model.LlmProviderCreate;
import io.agyn.sdk.model.LlmProviderCredentialsRevealed;
import io.agyn.sdk.model.LlmProviderList;
import io.agyn.sdk.model.LlmProviderUpdate;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The LLM providers of an organization. Credentials are write-only, except for {@link #revealCredentials}. */
public final class LlmProviders {
    private final UUID organizationId;
    private final LlmProvidersApi api;
    private final Exchange exchange;

    LlmProviders(UUID organizationId, LlmProvidersApi api, Exchange exchange) {
        this.organizationId = requireNonNull(organizationId, "organizationId is null");
        this.api = requireNonNull(api, "api is null");
        this.exchange = requireNonNull(exchange, "exchange is null");
    }

    /**
     * Creates an LLM provider.
     *
     * @param provider the new LLM provider
     * @return the LLM provider as it was created
     * @throws InvalidRequestException if a field is invalid
     * @throws NotFoundException if there is no such organization or secret
     * @throws ConflictException if another LLM provider has the name
     */
    public LlmProvider create(LlmProviderCreate provider) {
        requireNonNull(provider, "provider is null");
        return exchange.create(key -> api.createLlmProviderWithHttpInfo(organizationId, provider, key));
    }

    /**
     * Reads an LLM provider.
     *
     * @param id the LLM provider's id
     * @return the LLM provider
     * @throws NotFoundException if it does not exist
     */
    public LlmProvider get(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.read(() -> api.getLlmProviderWithHttpInfo(organizationId, id));
    }

    /**
     * Reveals the credentials stored in an LLM provider, for owners and cluster admins. The audit log records it.
     *
     * @param id the LLM provider's id
     * @return its token or its headers in plaintext; neither if it uses a secret
     * @throws ForbiddenException if the caller does not have permission
     * @throws NotFoundException if it does not exist
     */
    public LlmProviderCredentialsRevealed revealCredentials(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.write(() -> api.revealLlmProviderCredentialsWithHttpInfo(organizationId, id));
    }

    /**
     * Reads an LLM provider together with its entity tag.
     *
     * @param id the LLM provider's id
     * @return the LLM provider and the tag that makes a later update or deletion conditional
     * @throws NotFoundException if it does not exist
     */
    public Versioned<LlmProvider> getVersioned(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.readVersioned(() -> api.getLlmProviderWithHttpInfo(organizationId, id));
    }

    /**
     * Looks up an LLM provider by its name, which is unique in the organization.
     *
     * @param name the exact name
     * @return the LLM provider; empty if not found
     */
    public Optional<LlmProvider> find(String name) {
        requireNonNull(name, "name is null");
        return list(name).stream().findFirst();
    }

    /**
     * Lists all LLM providers of the organization.
     *
     * @return the LLM providers, fetched while iterating
     */
    public Listing<LlmProvider> list() {
        return list(null);
    }

    private Listing<LlmProvider> list(@Nullable String name) {
        return new Listing<>((pageSize, pageToken) -> {
            LlmProviderList page = exchange.read(() ->
                    api.listLlmProvidersWithHttpInfo(organizationId, pageSize, pageToken, name, null, null, null));
            return new Page<>(page.getItems(), page.getNextPageToken());
        });
    }

    /**
     * Replaces an LLM provider. Omitted credentials stay stored while the auth method still uses them.
     *
     * @param id the LLM provider's id
     * @param provider the new state
     * @return the LLM provider as it is now
     * @throws NotFoundException if there is no such LLM provider
     * @throws InvalidRequestException if a field is invalid
     * @throws ConflictException if another LLM provider has the name
     */
    public LlmProvider update(UUID id, LlmProviderUpdate provider) {
        requireNonNull(id, "id is null");
        requireNonNull(provider, "provider is null");
        return exchange.write(() -> api.updateLlmProviderWithHttpInfo(organizationId, id, provider, null));
    }

    /**
     * Updates an LLM provider, like {@link #update(UUID, LlmProviderUpdate)}, but only if it has not changed since.
     *
     * @param id the LLM provider's id
     * @param provider the new state
     * @param etag the entity tag of the state that the update is based on
     * @return the LLM provider as it is now and its new entity tag
     * @throws PreconditionFailedException if the LLM provider has changed since
     */
    public Versioned<LlmProvider> update(UUID id, LlmProviderUpdate provider, String etag) {
        requireNonNull(id, "id is null");
        requireNonNull(provider, "provider is null");
        requireNonNull(etag, "etag is null");
        return exchange.writeVersioned(() -> api.updateLlmProviderWithHttpInfo(organizationId, id, provider, etag));
    }

    /**
     * Deletes an LLM provider. Its models remain as {@code orphaned} until they are assigned to another one.
     *
     * @param id the LLM provider's id
     * @throws NotFoundException if there is no such LLM provider
     */
    public void delete(UUID id) {
        requireNonNull(id, "id is null");
        exchange.delete(() -> api.deleteLlmProviderWithHttpInfo(organizationId, id, null));
    }

    /**
     * Deletes an LLM provider, like {@link #delete(UUID)}, but only if it has not changed since.
     *
     * @param id the LLM provider's id
     * @param etag the entity tag of the state to delete
     * @throws PreconditionFailedException if the LLM provider has changed since
     */
    public void delete(UUID id, String etag) {
        requireNonNull(id, "id is null");
        requireNonNull(etag, "etag is null");
        exchange.delete(() -> api.deleteLlmProviderWithHttpInfo(organizationId, id, etag));
    }
}
