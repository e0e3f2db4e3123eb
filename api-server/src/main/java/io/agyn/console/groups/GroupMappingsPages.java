package io.agyn.console.groups;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.api.GroupMappingsApi;
import io.agyn.api.model.GroupMapping;
import io.agyn.api.model.GroupMappingCreate;
import io.agyn.api.model.GroupMappingList;
import io.agyn.api.model.GroupMappingUpdate;
import io.agyn.api.model.MemberRole;
import io.agyn.api.model.Organization;
import io.agyn.console.Api;
import io.agyn.console.Api.Versioned;
import io.agyn.console.audit.AuditedResource;
import io.agyn.console.audit.Entry;
import io.agyn.console.flows.DeleteFlow;
import io.agyn.console.flows.EditFlow;
import io.agyn.console.forms.Confirmation;
import io.agyn.console.forms.Form;
import io.agyn.console.lists.ListPage;
import io.agyn.console.rendering.Page;
import io.agyn.console.rendering.PageResponses;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The group mappings of an organization. */
@Path("/console/organizations/{organization}/group-mappings")
@SessionAuthenticated
@RunOnVirtualThread
public class GroupMappingsPages implements AuditedResource {
    // The first one is preselected.
    private static final List<MemberRole> ROLES = List.of(MemberRole.MEMBER, MemberRole.OWNER);

    @CheckedTemplate(basePath = "console/groups")
    static class Templates {
        static native TemplateInstance list(ListPage<GroupMapping> mappings);

        static native TemplateInstance create(Form form, List<MemberRole> roles);

        static native TemplateInstance mapping(GroupMapping mapping, Form form, List<MemberRole> roles);
    }

    private final Api api;
    private final GroupMappingsApi mappings;
    private final EditFlow edits;
    private final DeleteFlow deletes;
    private final Page page;
    private final PageResponses pages;

    GroupMappingsPages(Api api, EditFlow edits, DeleteFlow deletes, Page page, PageResponses pages) {
        this.api = requireNonNull(api, "api is null");
        this.mappings = api.of(GroupMappingsApi.class);
        this.edits = requireNonNull(edits, "edits is null");
        this.deletes = requireNonNull(deletes, "deletes is null");
        this.page = requireNonNull(page, "page is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @GET
    public Response list(@PathParam("organization") String organization) {
        UUID organizationId = enter(organization);
        ListPage<GroupMapping> found = ListPage.of(
                (size, token, search) -> {
                    GroupMappingList list = api.read(
                            mappings.listGroupMappings(organizationId, size, token, null, search),
                            GroupMappingList.class);
                    return new ListPage.Slice<>(list.getItems(), list.getNextPageToken());
                },
                page.query());
        return pages.ok(Templates.list(found));
    }

    @GET
    @Path("/new")
    public Response showCreate(@PathParam("organization") String organization) {
        enter(organization);
        page.require("createGroupMapping");
        return pages.ok(Templates.create(Form.empty(), ROLES));
    }

    @POST
    @Path("/new")
    public Response create(@PathParam("organization") String organization, Form form) {
        UUID organizationId = enter(organization);
        page.require("createGroupMapping");
        GroupMappingCreate body =
                new GroupMappingCreate().group(form.text("group")).role(form.parse("role", MemberRole::fromValue));
        return edits.create(
                form,
                body,
                () -> {
                    GroupMapping created =
                            api.read(mappings.createGroupMapping(organizationId, body, null), GroupMapping.class);
                    return pages.done(path(), "Group " + created.getGroup() + " was mapped.");
                },
                rejected -> Templates.create(rejected, ROLES));
    }

    @GET
    @Path("/{mapping}")
    public Response show(@PathParam("organization") String organization, @PathParam("mapping") UUID id) {
        return edits.show(edit(enter(organization), id));
    }

    @POST
    @Path("/{mapping}")
    public Response save(@PathParam("organization") String organization, @PathParam("mapping") UUID id, Form form) {
        UUID organizationId = enter(organization);
        GroupMappingUpdate body = new GroupMappingUpdate().role(form.parse("role", MemberRole::fromValue));
        return edits.save(edit(organizationId, id), form, body, () -> {
            GroupMapping saved = api.read(
                    mappings.updateGroupMapping(organizationId, id, body, form.optional("etag")), GroupMapping.class);
            return pages.done(path(), "The mapping of group " + saved.getGroup() + " was saved.");
        });
    }

    @GET
    @Path("/{mapping}/delete")
    public Response askDelete(@PathParam("organization") String organization, @PathParam("mapping") UUID id) {
        return deletes.ask(deletion(enter(organization), id));
    }

    @POST
    @Path("/{mapping}/delete")
    public Response delete(@PathParam("organization") String organization, @PathParam("mapping") UUID id, Form form) {
        UUID organizationId = enter(organization);
        return deletes.delete(deletion(organizationId, id), form, mapping -> {
            mappings.deleteGroupMapping(organizationId, id, form.optional("etag"));
            return pages.done(path(), "The mapping of group " + mapping.getGroup() + " was deleted.");
        });
    }

    /** A page of the section of members. */
    private UUID enter(String organization) {
        return page.in(organization, "members").getId();
    }

    private String path() {
        return page.root() + "/group-mappings";
    }

    private Versioned<GroupMapping> read(UUID organizationId, UUID id) {
        return api.versioned(mappings.getGroupMapping(organizationId, id), GroupMapping.class);
    }

    private EditFlow.Target<GroupMapping> edit(UUID organizationId, UUID id) {
        return new EditFlow.Target<>(
                id,
                () -> read(organizationId, id),
                mapping -> Form.of("role", mapping.getRole().toString()),
                (mapping, form) -> Templates.mapping(mapping, form, ROLES));
    }

    private DeleteFlow.Target<GroupMapping> deletion(UUID organizationId, UUID id) {
        return new DeleteFlow.Target<>(
                "deleteGroupMapping",
                id,
                () -> read(organizationId, id),
                mapping -> new Confirmation(
                        "Delete the mapping of group " + mapping.getGroup() + "?",
                        "Members who are in the organization only by this group leave it within a second. API tokens of"
                                + " theirs that are bound to it are permanently revoked.",
                        "Delete mapping",
                        path() + "/" + id));
    }

    @Override
    public String noun() {
        return "group mapping";
    }

    @Override
    public Entry.Resource resource(@Nullable Organization organization, UUID id) {
        Organization owner = requireNonNull(organization, "organization is null");
        return new Entry.Resource(
                read(owner.getId(), id).resource().getGroup(), Page.path(owner) + "/group-mappings/" + id);
    }
}
