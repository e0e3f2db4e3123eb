package io.agyn.console.members;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.api.MembersApi;
import io.agyn.api.model.Member;
import io.agyn.api.model.MemberCreate;
import io.agyn.api.model.MemberList;
import io.agyn.api.model.MemberRole;
import io.agyn.api.model.MemberUpdate;
import io.agyn.console.Api;
import io.agyn.console.Confirmation;
import io.agyn.console.Conflicts;
import io.agyn.console.Form;
import io.agyn.console.ListPage;
import io.agyn.console.Page;
import io.agyn.console.PageResponses;
import io.agyn.contract.Uuids;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.UUID;

/** The users who belong to an organization. */
@Path("/console/organizations/{organization}/members")
@SessionAuthenticated
@RunOnVirtualThread
public class MembersPages {
    // The least first, which is chosen unless another one is.
    private static final List<MemberRole> ROLES = List.of(MemberRole.MEMBER, MemberRole.OWNER);

    @CheckedTemplate(basePath = "console/members")
    static class Templates {
        static native TemplateInstance list(ListPage<Member> members);

        static native TemplateInstance add(Form form, List<MemberRole> roles);

        static native TemplateInstance member(Member member, Form form, List<MemberRole> roles);
    }

    private final Api api;
    private final MembersApi members;
    private final Conflicts conflicts;
    private final Page page;
    private final PageResponses pages;

    MembersPages(Api api, Conflicts conflicts, Page page, PageResponses pages) {
        this.api = requireNonNull(api, "api is null");
        this.members = api.of(MembersApi.class);
        this.conflicts = requireNonNull(conflicts, "conflicts is null");
        this.page = requireNonNull(page, "page is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @GET
    public Response list(@PathParam("organization") String organization) {
        UUID organizationId = enter(organization);
        ListPage<Member> found = ListPage.of(
                (size, token, search) -> {
                    MemberList list = api.read(
                            members.listMembers(organizationId, size, token, null, null, search), MemberList.class);
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
        Form typed = form.expect(
                "user_id", text -> Uuids.parse(text).orElse(null), "Enter a user id. It is on the user's page.");
        try {
            MemberCreate body = new MemberCreate()
                    .email(form.optional("email"))
                    .userId(form.id("user_id"))
                    .role(form.choice("role", MemberRole::fromValue));
            api.check(typed, body);
            Member made = api.read(members.addMember(organizationId, body, null), Member.class);
            return pages.done(root(), made.getName() + " was added as " + article(made) + ".");
        } catch (ProblemException e) {
            return pages.refused(e.kind().status(), Templates.add(typed.refused(e), ROLES));
        }
    }

    @GET
    @Path("/{user}")
    public Response show(@PathParam("organization") String organization, @PathParam("user") UUID userId) {
        UUID organizationId = enter(organization);
        Response answer = members.getMember(organizationId, userId);
        Member member = api.read(answer, Member.class);
        Form form = form(member).shown(answer.getHeaderString(HttpHeaders.ETAG));
        return pages.ok(Templates.member(member, form, ROLES));
    }

    @POST
    @Path("/{user}")
    public Response save(@PathParam("organization") String organization, @PathParam("user") UUID userId, Form form) {
        UUID organizationId = enter(organization);
        try {
            MemberUpdate body = new MemberUpdate().role(form.choice("role", MemberRole::fromValue));
            Member saved =
                    api.read(members.updateMember(organizationId, userId, body, form.optional("etag")), Member.class);
            return pages.done(root() + "/" + userId, saved.getName() + " is " + article(saved) + " now.");
        } catch (ProblemException e) {
            Response answer = members.getMember(organizationId, userId);
            Member member = api.read(answer, Member.class);
            Form again = e.kind() == ProblemKind.PRECONDITION_FAILED
                    ? conflicts.in(form, userId, answer.getHeaderString(HttpHeaders.ETAG), form(member))
                    : form.refused(e);
            return pages.refused(e.kind().status(), Templates.member(member, again, ROLES));
        }
    }

    @GET
    @Path("/{user}/remove")
    public Response askRemove(@PathParam("organization") String organization, @PathParam("user") UUID userId) {
        UUID organizationId = enter(organization);
        page.require("removeMember", userId);
        Response answer = members.getMember(organizationId, userId);
        Form form = Form.of("etag", answer.getHeaderString(HttpHeaders.ETAG));
        return pages.confirm(200, removal(api.read(answer, Member.class), form));
    }

    @POST
    @Path("/{user}/remove")
    public Response remove(@PathParam("organization") String organization, @PathParam("user") UUID userId, Form form) {
        UUID organizationId = enter(organization);
        Response answer = members.getMember(organizationId, userId);
        Member member = api.read(answer, Member.class);
        try {
            members.removeMember(organizationId, userId, form.optional("etag"));
            return pages.done(root(), member.getName() + " was removed.");
        } catch (ProblemException e) {
            Form again = form.refused(e).set("etag", answer.getHeaderString(HttpHeaders.ETAG));
            return pages.confirm(e.kind().status(), removal(member, again));
        }
    }

    private UUID enter(String organization) {
        return page.in(organization, "members").getId();
    }

    private String root() {
        return page.root() + "/members";
    }

    private static Form form(Member member) {
        return Form.of("role", member.getRole().toString());
    }

    private static String article(Member member) {
        return switch (member.getRole()) {
            case OWNER -> "an owner";
            case MEMBER -> "a member";
        };
    }

    private Confirmation removal(Member member, Form form) {
        return new Confirmation(
                "Remove " + member.getName() + "?",
                "Within a second, their API tokens lose access to the organization. Tokens that are bound to it are"
                        + " permanently revoked.",
                List.of(),
                null,
                "Remove member",
                root() + "/" + member.getUserId(),
                form);
    }
}
