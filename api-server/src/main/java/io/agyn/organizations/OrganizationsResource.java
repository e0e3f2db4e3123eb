package io.agyn.organizations;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Caller;
import io.agyn.api.OrganizationsApi;
import io.agyn.api.model.Organization;
import io.agyn.api.model.OrganizationContent;
import io.agyn.api.model.OrganizationCreate;
import io.agyn.api.model.OrganizationList;
import io.agyn.api.model.OrganizationUpdate;
import io.agyn.audit.Audited;
import io.agyn.contract.Uuids;
import io.agyn.idempotency.Idempotent;
import io.agyn.members.Members;
import io.agyn.problems.ProblemException;
import io.agyn.rest.ResourceResponses;
import io.agyn.storage.Paging;
import io.agyn.storage.Selection;
import io.agyn.storage.StoredResource;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.core.Response;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@RunOnVirtualThread
@Transactional
@Audited
@Idempotent
class OrganizationsResource implements OrganizationsApi {
    private final Organizations organizations;
    private final Members members;
    private final Caller caller;
    private final ResourceResponses responses;

    OrganizationsResource(Organizations organizations, Members members, Caller caller, ResourceResponses responses) {
        this.organizations = requireNonNull(organizations, "organizations is null");
        this.members = requireNonNull(members, "members is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.responses = requireNonNull(responses, "responses is null");
    }

    @Override
    public Response listOrganizations(
            Integer pageSize,
            @Nullable String pageToken,
            @Nullable String name,
            @Nullable String slug,
            @Nullable String search,
            @Nullable Set<String> ids) {
        Selection selection = Selection.all()
                .withOneOf("id", caller.identity().scope().organizations().orElse(null))
                .with("name", name)
                .with("slug", slug)
                .containing(search, "name", "slug")
                .withOneOf("id", Uuids.list(ids));
        var page = Paging.read(organizations, selection, new Paging.Request(pageSize, pageToken))
                .map(OrganizationsResource::read);
        return responses.ok(new OrganizationList().items(page.items()).nextPageToken(page.nextPageToken()));
    }

    @Override
    public Response createOrganization(OrganizationCreate body, @Nullable String idempotencyKey) {
        OrganizationEntity organization = body.getSlug() == null
                ? organizations.createWithDerivedSlug(body.getName())
                : organizations.create(body.getName(), body.getSlug());
        if (body.getTimeZone() != null) {
            organization.timeZone = body.getTimeZone();
            organizations.flush();
        }
        members.addOwner(organization.id, caller.identity().userId());
        return responses.created(read(organization), "/organizations/" + organization.id);
    }

    @Override
    public Response getOrganization(UUID organizationId) {
        return responses.ok(read(organizations
                .findByIdOptional(organizationId)
                .orElseThrow(() -> ProblemException.notFound("organization"))));
    }

    @Override
    public Response updateOrganization(UUID organizationId, OrganizationUpdate body, @Nullable String ifMatch) {
        OrganizationEntity organization = organizations.lock(organizationId);
        return responses.updated(ifMatch, () -> read(organization), () -> {
            organization.name = body.getName();
            organization.slug = body.getSlug() == null ? organization.slug : body.getSlug();
            organization.defaultModelId = body.getDefaultModelId();
            organization.timeZone = body.getTimeZone() == null ? organization.timeZone : body.getTimeZone();
            organization.touch();
            organizations.flush();
        });
    }

    @Override
    public Response getOrganizationContents(UUID organizationId) {
        return responses.ok(new io.agyn.api.model.OrganizationContents()
                .items(organizations.contents(organizationId).entrySet().stream()
                        .map(entry -> new OrganizationContent()
                                .kind(entry.getKey().table())
                                .count(entry.getValue())
                                .summary(entry.getKey().summary(entry.getValue())))
                        .toList()));
    }

    @Override
    public Response deleteOrganization(UUID organizationId, Boolean force, @Nullable String ifMatch) {
        OrganizationEntity organization = organizations.lock(organizationId);
        return Boolean.TRUE.equals(force)
                ? responses.deletedWithContents(
                        ifMatch, read(organization), () -> organizations.deleteWithContents(organization))
                : responses.deleted(ifMatch, read(organization), () -> organizations.deleteEmpty(organization));
    }

    private static Organization read(OrganizationEntity organization) {
        return new Organization()
                .id(organization.id)
                .name(organization.name)
                .slug(organization.slug)
                .defaultModelId(organization.defaultModelId)
                .timeZone(organization.timeZone)
                .createdAt(StoredResource.utc(organization.createdAt))
                .updatedAt(StoredResource.utc(organization.updatedAt));
    }
}
