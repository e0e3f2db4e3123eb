package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.Listing.Page;
import io.agyn.sdk.api.OrganizationsApi;
import io.agyn.sdk.model.Organization;
import io.agyn.sdk.model.OrganizationCreate;
import io.agyn.sdk.model.OrganizationList;
import io.agyn.sdk.model.OrganizationUpdate;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The organizations that the token can access. */
public final class Organizations {
    private final OrganizationsApi api;
    private final Exchange exchange;

    Organizations(OrganizationsApi api, Exchange exchange) {
        this.api = requireNonNull(api, "api is null");
        this.exchange = requireNonNull(exchange, "exchange is null");
    }

    /**
     * Creates an organization. Without a slug, one is derived from the name.
     *
     * @param organization the new organization
     * @return the organization as it was created
     * @throws InvalidRequestException if a field is invalid
     * @throws ConflictException if another organization has the slug
     */
    public Organization create(OrganizationCreate organization) {
        requireNonNull(organization, "organization is null");
        return exchange.create(key -> api.createOrganizationWithHttpInfo(organization, key));
    }

    /**
     * Reads an organization.
     *
     * @param id the organization's id
     * @return the organization
     * @throws NotFoundException if it does not exist
     */
    public Organization get(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.read(() -> api.getOrganizationWithHttpInfo(id));
    }

    /**
     * Reads an organization together with its entity tag.
     *
     * @param id the organization's id
     * @return the organization and the tag that makes a later update or deletion conditional
     * @throws NotFoundException if it does not exist
     */
    public Versioned<Organization> getVersioned(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.readVersioned(() -> api.getOrganizationWithHttpInfo(id));
    }

    /**
     * Looks up an organization by its slug, which is unique on the server.
     *
     * @param slug the exact slug, such as {@code acme}
     * @return the organization; empty if the caller can access none with this slug
     */
    public Optional<Organization> find(String slug) {
        requireNonNull(slug, "slug is null");
        return list(null, slug).stream().findFirst();
    }

    /**
     * Lists all organizations.
     *
     * @return the organizations, fetched while iterating
     */
    public Listing<Organization> list() {
        return list(null, null);
    }

    /**
     * Lists the organizations with a name, which several may share.
     *
     * @param name the exact name
     * @return the organizations, fetched while iterating
     */
    public Listing<Organization> list(String name) {
        requireNonNull(name, "name is null");
        return list(name, null);
    }

    private Listing<Organization> list(@Nullable String name, @Nullable String slug) {
        return new Listing<>((pageSize, pageToken) -> {
            OrganizationList page =
                    exchange.read(() -> api.listOrganizationsWithHttpInfo(pageSize, pageToken, name, slug, null, null));
            return new Page<>(page.getItems(), page.getNextPageToken());
        });
    }

    /**
     * Replaces an organization. Without a slug, the stored one stays.
     *
     * @param id the organization's id
     * @param organization the new state
     * @return the organization as it is now
     * @throws NotFoundException if there is no such organization
     * @throws InvalidRequestException if a field is invalid
     * @throws ConflictException if another organization has the slug
     */
    public Organization update(UUID id, OrganizationUpdate organization) {
        requireNonNull(id, "id is null");
        requireNonNull(organization, "organization is null");
        return exchange.write(() -> api.updateOrganizationWithHttpInfo(id, organization, null));
    }

    /**
     * Updates an organization, like {@link #update(UUID, OrganizationUpdate)}, but only if it has not changed since.
     *
     * @param id the organization's id
     * @param organization the new state
     * @param etag the entity tag of the state that the update is based on
     * @return the organization as it is now and its new entity tag
     * @throws PreconditionFailedException if the organization has changed since
     */
    public Versioned<Organization> update(UUID id, OrganizationUpdate organization, String etag) {
        requireNonNull(id, "id is null");
        requireNonNull(organization, "organization is null");
        requireNonNull(etag, "etag is null");
        return exchange.writeVersioned(() -> api.updateOrganizationWithHttpInfo(id, organization, etag));
    }

    /**
     * Deletes an organization.
     *
     * @param id the organization's id
     * @throws NotFoundException if there is no such organization
     * @throws ConflictException if it is not empty; the detail lists the contents
     */
    public void delete(UUID id) {
        requireNonNull(id, "id is null");
        exchange.delete(() -> api.deleteOrganizationWithHttpInfo(id, false, null));
    }

    /**
     * Deletes an organization with its secrets, secret providers, LLM providers and models, and the API tokens that are
     * bound to it.
     *
     * @param id the organization's id
     * @throws NotFoundException if there is no such organization
     */
    public void deleteWithContents(UUID id) {
        requireNonNull(id, "id is null");
        exchange.delete(() -> api.deleteOrganizationWithHttpInfo(id, true, null));
    }

    /**
     * Deletes an organization, like {@link #delete(UUID)}, but only if it has not changed since.
     *
     * @param id the organization's id
     * @param etag the entity tag of the state to delete
     * @throws PreconditionFailedException if the organization has changed since
     */
    public void delete(UUID id, String etag) {
        requireNonNull(id, "id is null");
        requireNonNull(etag, "etag is null");
        exchange.delete(() -> api.deleteOrganizationWithHttpInfo(id, false, etag));
    }
}
