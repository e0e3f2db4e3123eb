package io.agyn.groups;

import static java.util.Objects.requireNonNull;

import io.agyn.api.GroupMappingsApi;
import io.agyn.api.model.GroupMapping;
import io.agyn.api.model.GroupMappingCreate;
import io.agyn.api.model.GroupMappingList;
import io.agyn.api.model.GroupMappingUpdate;
import io.agyn.audit.Audited;
import io.agyn.idempotency.Idempotent;
import io.agyn.rest.ResourceResponses;
import io.agyn.storage.Paging;
import io.agyn.storage.Selection;
import io.agyn.storage.StoredResource;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.core.Response;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@RunOnVirtualThread
@Transactional
@Audited
@Idempotent
class GroupMappingsResource implements GroupMappingsApi {
    private final GroupMappings mappings;
    private final ResourceResponses responses;

    GroupMappingsResource(GroupMappings mappings, ResourceResponses responses) {
        this.mappings = requireNonNull(mappings, "mappings is null");
        this.responses = requireNonNull(responses, "responses is null");
    }

    @Override
    public Response listGroupMappings(
            UUID organizationId,
            Integer pageSize,
            @Nullable String pageToken,
            @Nullable String group,
            @Nullable String search) {
        Selection selection = Selection.in(organizationId).with("group", group).containing(search, "group");
        var page = Paging.read(mappings, selection, new Paging.Request(pageSize, pageToken))
                .map(GroupMappingsResource::read);
        return responses.ok(new GroupMappingList().items(page.items()).nextPageToken(page.nextPageToken()));
    }

    @Override
    public Response createGroupMapping(UUID organizationId, GroupMappingCreate body, @Nullable String idempotencyKey) {
        GroupMappingEntity mapping = new GroupMappingEntity(organizationId, body.getGroup(), body.getRole());
        mappings.create(mapping);
        return responses.created(
                read(mapping), "/organizations/%s/group-mappings/%s".formatted(organizationId, mapping.id));
    }

    @Override
    public Response getGroupMapping(UUID organizationId, UUID groupMappingId) {
        return responses.ok(read(mappings.get(organizationId, groupMappingId)));
    }

    @Override
    public Response updateGroupMapping(
            UUID organizationId, UUID groupMappingId, GroupMappingUpdate body, @Nullable String ifMatch) {
        GroupMappingEntity mapping = mappings.lock(organizationId, groupMappingId);
        return responses.updated(ifMatch, () -> read(mapping), () -> mappings.change(mapping, body.getRole()));
    }

    @Override
    public Response deleteGroupMapping(UUID organizationId, UUID groupMappingId, @Nullable String ifMatch) {
        GroupMappingEntity mapping = mappings.lock(organizationId, groupMappingId);
        return responses.deleted(ifMatch, read(mapping), () -> mappings.remove(mapping));
    }

    private static GroupMapping read(GroupMappingEntity mapping) {
        return new GroupMapping()
                .id(mapping.id)
                .organizationId(mapping.organizationId)
                .group(mapping.group)
                .role(mapping.role)
                .createdAt(StoredResource.utc(mapping.createdAt))
                .updatedAt(StoredResource.utc(mapping.updatedAt));
    }
}
