package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.Listing.Page;
import io.agyn.sdk.api.GroupMappingsApi;
import io.agyn.sdk.model.GroupMapping;
import io.agyn.sdk.model.GroupMappingCreate;
import io.agyn.sdk.model.GroupMappingList;
import io.agyn.sdk.model.GroupMappingUpdate;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The groups of the identity provider whose users are members of an organization. */
public final class GroupMappings {
    private final UUID organizationId;
    private final GroupMappingsApi api;
    private final Exchange exchange;

    GroupMappings(UUID organizationId, GroupMappingsApi api, Exchange exchange) {
        this.organizationId = requireNonNull(organizationId, "organizationId is null");
        this.api = requireNonNull(api, "api is null");
        this.exchange = requireNonNull(exchange, "exchange is null");
    }

    /**
     * Creates a group mapping.
     *
     * @param mapping the group and the role of its users
     * @return the mapping as it was created
     * @throws InvalidRequestException if a field is invalid
     * @throws NotFoundException if there is no such organization
     * @throws ConflictException if the group is mapped already, or the organization has 200 mappings
     */
    public GroupMapping create(GroupMappingCreate mapping) {
        requireNonNull(mapping, "mapping is null");
        return exchange.create(key -> api.createGroupMappingWithHttpInfo(organizationId, mapping, key));
    }

    /**
     * Reads a group mapping.
     *
     * @param id the mapping's id
     * @return the mapping
     * @throws NotFoundException if it does not exist
     */
    public GroupMapping get(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.read(() -> api.getGroupMappingWithHttpInfo(organizationId, id));
    }

    /**
     * Looks up a group mapping by its group.
     *
     * @param group the exact name of the group
     * @return the mapping; empty if not found
     */
    public Optional<GroupMapping> find(String group) {
        return listing(requireNonNull(group, "group is null")).stream().findFirst();
    }

    /**
     * Lists all group mappings of the organization.
     *
     * @return the mappings, fetched while iterating
     */
    public Listing<GroupMapping> list() {
        return listing(null);
    }

    private Listing<GroupMapping> listing(@Nullable String group) {
        return new Listing<>((pageSize, pageToken) -> {
            GroupMappingList page = exchange.read(
                    () -> api.listGroupMappingsWithHttpInfo(organizationId, pageSize, pageToken, group, null));
            return new Page<>(page.getItems(), page.getNextPageToken());
        });
    }

    /**
     * Changes the role of a group's members.
     *
     * @param id the mapping's id
     * @param mapping the new state
     * @return the mapping as it is now
     * @throws NotFoundException if it does not exist
     * @throws InvalidRequestException if a field is invalid
     */
    public GroupMapping update(UUID id, GroupMappingUpdate mapping) {
        requireNonNull(id, "id is null");
        requireNonNull(mapping, "mapping is null");
        return exchange.write(() -> api.updateGroupMappingWithHttpInfo(organizationId, id, mapping, null));
    }

    /**
     * Deletes a group mapping. Members who are in the organization only by this group leave it.
     *
     * @param id the mapping's id
     * @throws NotFoundException if it does not exist
     */
    public void delete(UUID id) {
        requireNonNull(id, "id is null");
        exchange.delete(() -> api.deleteGroupMappingWithHttpInfo(organizationId, id, null));
    }
}
