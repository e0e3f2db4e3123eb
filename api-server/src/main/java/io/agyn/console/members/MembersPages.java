package io.agyn.console.members;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.api.MembersApi;
import io.agyn.api.model.Member;
import io.agyn.api.model.MemberCreate;
import io.agyn.api.model.MemberList;
import io.agyn.api.model.MemberRole;
import io.agyn.api.model.MemberUpdate;
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
import io.agyn.contract.Uuids;
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

@Path("/console/organizations/{organization}/members")
@SessionAuthenticated
@RunOnVirtualThread
public class MembersPages implements AuditedResource {
    // The first one is preselected.
    private static final List<MemberRole> ROLES = List.of(MemberRole.MEMBER, MemberRole.OWNER);

    @CheckedTemplate(basePath = "console/members")
    static class Templates {
        static native TemplateInstance list(ListPage<Member> members);

        static native TemplateInstance add(Form form, List<MemberRole> roles);

        static native TemplateInstance member(Member member, Form form, List<MemberRole> roles);
    }

    private final Api api;
    private final MembersApi members;
    private final EditFlow edits;
    private final DeleteFlow deletes;
    private final Page page;
    private final PageResponses pages;

    MembersPages(Api api, EditFlow edits, DeleteFlow deletes, Page page, PageResponses pages) {
        this.api = requireNonNull(api, "api is null");
        this.members = api.of(MembersApi.class);
        this.edits = requireNonNull(edits, "edits is null");
        this.deletes = requireNonNull(deletes, "deletes is null");
        this.page = requireNonNull(page, "page is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @GET
    public Response list(@PathParam("organization") String organization) {
        UUID organizationId = enter(organization);
        ListPage<Member> found = ListPage.of(
                (size, token, search) -> {
                    MemberList list = api.read(
                            members.listMembers(organizationId, size, token, null, null, null, search),
                            MemberList.class);
                    return new ListPage.Slice<>(list.getItems(), list.getNextPageToken());
                },
                page.query());
        return pages.ok(Templates.list(found));
    }

    @GET
    @Path("/new")
    public Response showAdd(@PathParam("organization") String organization) {
        enter(organization);
        page.require("addMember");
        return pages.ok(Templates.add(Form.empty(), ROLES));
    }

    @POST
    @Path("/new")
    public Response add(@PathParam("organization") String organization, Form form) {
        UUID organizationId = enter(organization);
        page.require("addMember");
        Form checked = form.check(
                "user_id", text -> Uuids.parse(text).orElse(null), "Enter a user id. It is on the user's page.");
        MemberCreate body = new MemberCreate()
                .username(form.optional("username"))
                .email(form.optional("email"))
                .userId(form.id("user_id"))
                .role(form.parse("role", MemberRole::fromValue));
        return edits.create(
                checked,
                body,
                () -> {
                    Member added = api.read(members.addMember(organizationId, body, null), Member.class);
                    return pages.done(page.sectionPath(), added.getName() + " was added as " + role(added) + ".");
                },
                rejected -> Templates.add(rejected, ROLES));
    }

    @GET
    @Path("/{user}")
    public Response show(@PathParam("organization") String organization, @PathParam("user") UUID userId) {
        return edits.show(edit(enter(organization), userId));
    }

    @POST
    @Path("/{user}")
    public Response save(@PathParam("organization") String organization, @PathParam("user") UUID userId, Form form) {
        UUID organizationId = enter(organization);
        MemberUpdate body = new MemberUpdate().role(form.parse("role", MemberRole::fromValue));
        return edits.save(edit(organizationId, userId), form, body, () -> {
            Member saved =
                    api.read(members.updateMember(organizationId, userId, body, form.optional("etag")), Member.class);
            return pages.done(page.sectionPath() + "/" + userId, saved.getName() + " is " + role(saved) + " now.");
        });
    }

    @GET
    @Path("/{user}/remove")
    public Response askRemove(@PathParam("organization") String organization, @PathParam("user") UUID userId) {
        return deletes.ask(removal(enter(organization), userId));
    }

    @POST
    @Path("/{user}/remove")
    public Response remove(@PathParam("organization") String organization, @PathParam("user") UUID userId, Form form) {
        UUID organizationId = enter(organization);
        return deletes.delete(removal(organizationId, userId), form, member -> {
            members.removeMember(organizationId, userId, form.optional("etag"));
            return pages.done(page.sectionPath(), member.getName() + " was removed.");
        });
    }

    private UUID enter(String organization) {
        return page.in(organization, "members").getId();
    }

    private static String role(Member member) {
        return switch (member.getRole()) {
            case OWNER -> "an owner";
            case MEMBER -> "a member";
        };
    }

    private Versioned<Member> read(UUID organizationId, UUID userId) {
        return api.versioned(members.getMember(organizationId, userId), Member.class);
    }

    private EditFlow.Target<Member> edit(UUID organizationId, UUID userId) {
        return new EditFlow.Target<>(
                userId,
                () -> read(organizationId, userId),
                member -> Form.of("role", member.getRole().toString()),
                (member, form) -> Templates.member(member, form, ROLES));
    }

    private DeleteFlow.Target<Member> removal(UUID organizationId, UUID userId) {
        return new DeleteFlow.Target<>(
                "removeMember",
                userId,
                () -> read(organizationId, userId),
                member -> new Confirmation(
                        "Remove " + member.getName() + "?",
                        "Within a second, their API tokens lose access to the organization. Tokens that are bound to it are"
                                + " permanently revoked.",
                        "Remove member",
                        page.sectionPath() + "/" + userId));
    }

    @Override
    public String noun() {
        return "member";
    }

    @Override
    public Entry.Resource resource(@Nullable Organization organization, UUID id) {
        Organization owner = requireNonNull(organization, "organization is null");
        return new Entry.Resource(
                api.read(members.getMember(owner.getId(), id), Member.class).getName(),
                Page.path(owner) + "/members/" + id);
    }
}
