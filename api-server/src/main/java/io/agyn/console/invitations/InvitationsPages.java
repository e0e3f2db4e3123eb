package io.agyn.console.invitations;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.api.InvitationsApi;
import io.agyn.api.model.Invitation;
import io.agyn.api.model.InvitationCreate;
import io.agyn.api.model.InvitationList;
import io.agyn.api.model.InvitationStatus;
import io.agyn.api.model.MemberRole;
import io.agyn.api.model.Organization;
import io.agyn.console.Api;
import io.agyn.console.Api.Versioned;
import io.agyn.console.audit.AuditedResource;
import io.agyn.console.audit.Entry;
import io.agyn.console.flows.DeleteFlow;
import io.agyn.console.flows.EditFlow;
import io.agyn.console.forms.Confirmation;
import io.agyn.console.forms.Filters;
import io.agyn.console.forms.Form;
import io.agyn.console.lists.ListPage;
import io.agyn.console.rendering.Page;
import io.agyn.console.rendering.PageResponses;
import io.agyn.console.routing.Query;
import io.agyn.problems.ProblemException;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateExtension;
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

/** The invitations of an organization. */
@Path("/console/organizations/{organization}/invitations")
@SessionAuthenticated
@RunOnVirtualThread
public class InvitationsPages implements AuditedResource {
    // The first one is preselected.
    private static final List<MemberRole> ROLES = List.of(MemberRole.MEMBER, MemberRole.OWNER);
    private static final List<InvitationStatus> STATUSES = List.of(InvitationStatus.values());

    @CheckedTemplate(basePath = "console/invitations")
    static class Templates {
        static native TemplateInstance list(
                ListPage<Invitation> invitations, Form filters, List<InvitationStatus> statuses, Form rejected);

        static native TemplateInstance create(Form form, List<MemberRole> roles);
    }

    private final Api api;
    private final InvitationsApi invitations;
    private final EditFlow edits;
    private final DeleteFlow deletes;
    private final Page page;
    private final PageResponses pages;

    InvitationsPages(Api api, EditFlow edits, DeleteFlow deletes, Page page, PageResponses pages) {
        this.api = requireNonNull(api, "api is null");
        this.invitations = api.of(InvitationsApi.class);
        this.edits = requireNonNull(edits, "edits is null");
        this.deletes = requireNonNull(deletes, "deletes is null");
        this.page = requireNonNull(page, "page is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @GET
    public Response list(@PathParam("organization") String organization) {
        UUID organizationId = enter(organization);
        Query query = page.query("status");
        Filters filters = new Filters(query);
        InvitationStatus status = filters.choice(
                "status", InvitationStatus::fromValue, "pending, accepted, declined, cancelled and expired");
        return pages.list(
                Templates.list(listed(organizationId, query, status), filters.form(), STATUSES, Form.empty()), filters);
    }

    private ListPage<Invitation> listed(UUID organizationId, Query query, @Nullable InvitationStatus status) {
        return ListPage.of(
                (size, token, search) -> {
                    InvitationList list = api.read(
                            invitations.listInvitations(organizationId, size, token, status, search),
                            InvitationList.class);
                    return new ListPage.Slice<>(list.getItems(), list.getNextPageToken());
                },
                query);
    }

    @GET
    @Path("/new")
    public Response showCreate(@PathParam("organization") String organization) {
        enter(organization);
        page.require("createInvitation");
        return pages.ok(Templates.create(Form.empty(), ROLES));
    }

    @POST
    @Path("/new")
    public Response create(@PathParam("organization") String organization, Form form) {
        UUID organizationId = enter(organization);
        page.require("createInvitation");
        InvitationCreate body = new InvitationCreate()
                .username(form.optional("username"))
                .email(form.optional("email"))
                .role(form.parse("role", MemberRole::fromValue));
        return edits.create(
                form,
                body,
                () -> {
                    Invitation created =
                            api.read(invitations.createInvitation(organizationId, body, null), Invitation.class);
                    return pages.done(path(), addressee(created) + " is invited, if there is such a user.");
                },
                rejected -> Templates.create(rejected, ROLES));
    }

    @POST
    @Path("/{invitation}/resend")
    public Response resend(
            @PathParam("organization") String organization, @PathParam("invitation") UUID id, Form form) {
        UUID organizationId = enter(organization);
        try {
            Invitation resent = api.read(invitations.resendInvitation(organizationId, id), Invitation.class);
            return pages.done(path(), "The invitation of " + addressee(resent) + " was resent.");
        } catch (ProblemException e) {
            return pages.rejected(
                    e.kind().status(),
                    Templates.list(
                            listed(organizationId, page.query(), null), Form.empty(), STATUSES, form.withErrors(e)));
        }
    }

    @GET
    @Path("/{invitation}/cancel")
    public Response askCancel(@PathParam("organization") String organization, @PathParam("invitation") UUID id) {
        return deletes.ask(cancellation(enter(organization), id));
    }

    @POST
    @Path("/{invitation}/cancel")
    public Response cancel(
            @PathParam("organization") String organization, @PathParam("invitation") UUID id, Form form) {
        UUID organizationId = enter(organization);
        return deletes.delete(cancellation(organizationId, id), form, invitation -> {
            invitations.cancelInvitation(organizationId, id, form.optional("etag"));
            return pages.done(path(), "The invitation of " + addressee(invitation) + " was cancelled.");
        });
    }

    /** A page of the section of members. */
    private UUID enter(String organization) {
        return page.in(organization, "members").getId();
    }

    private String path() {
        return page.root() + "/invitations";
    }

    /** The username or email address: {@code invitation.addressee} in templates. */
    @TemplateExtension
    static String addressee(Invitation invitation) {
        return invitation.getUsername() == null
                ? requireNonNull(invitation.getEmail(), "email is null")
                : invitation.getUsername();
    }

    /** Whether an invitation can be resent or cancelled: {@code invitation.isOpen} in templates. */
    @TemplateExtension
    static boolean isOpen(Invitation invitation) {
        return invitation.getStatus() == InvitationStatus.PENDING || invitation.getStatus() == InvitationStatus.EXPIRED;
    }

    private Versioned<Invitation> read(UUID organizationId, UUID id) {
        return api.versioned(invitations.getInvitation(organizationId, id), Invitation.class);
    }

    private DeleteFlow.Target<Invitation> cancellation(UUID organizationId, UUID id) {
        return new DeleteFlow.Target<>(
                "cancelInvitation",
                id,
                () -> read(organizationId, id),
                invitation -> new Confirmation(
                        "Cancel the invitation of " + addressee(invitation) + "?",
                        "It can no longer be accepted. You can invite the user again.",
                        "Cancel invitation",
                        path()));
    }

    @Override
    public String noun() {
        return "invitation";
    }

    @Override
    public Entry.Resource resource(@Nullable Organization organization, UUID id) {
        Organization owner = requireNonNull(organization, "organization is null");
        return new Entry.Resource(addressee(read(owner.getId(), id).resource()), Page.path(owner) + "/invitations");
    }
}
