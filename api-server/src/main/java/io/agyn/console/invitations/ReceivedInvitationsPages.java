package io.agyn.console.invitations;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.api.InvitationsApi;
import io.agyn.api.model.ReceivedInvitation;
import io.agyn.api.model.ReceivedInvitationList;
import io.agyn.console.Api;
import io.agyn.console.forms.Form;
import io.agyn.console.lists.ListPage;
import io.agyn.console.rendering.Page;
import io.agyn.console.rendering.PageResponses;
import io.agyn.problems.ProblemException;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.util.UUID;

/** The invitations that the user has received. */
@Path("/console/invitations")
@SessionAuthenticated
@RunOnVirtualThread
public class ReceivedInvitationsPages {
    private static final String ROOT = "/invitations";

    @CheckedTemplate(basePath = "console/invitations")
    static class Templates {
        static native TemplateInstance received(ListPage<ReceivedInvitation> invitations, Form form);
    }

    private final Api api;
    private final InvitationsApi invitations;
    private final Page page;
    private final PageResponses pages;

    ReceivedInvitationsPages(Api api, Page page, PageResponses pages) {
        this.api = requireNonNull(api, "api is null");
        this.invitations = api.of(InvitationsApi.class);
        this.page = requireNonNull(page, "page is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @GET
    public Response list() {
        return pages.ok(Templates.received(received(), Form.empty()));
    }

    private ListPage<ReceivedInvitation> received() {
        return ListPage.of(
                (size, token, search) -> {
                    ReceivedInvitationList list =
                            api.read(invitations.listMyInvitations(size, token), ReceivedInvitationList.class);
                    return new ListPage.Slice<>(list.getItems(), list.getNextPageToken());
                },
                page.query());
    }

    @POST
    @Path("/{invitation}/accept")
    public Response accept(@PathParam("invitation") UUID id, Form form) {
        try {
            ReceivedInvitation accepted = api.read(invitations.acceptInvitation(id), ReceivedInvitation.class);
            return pages.done(
                    "/organizations/" + accepted.getOrganizationId(),
                    "You are a member of " + accepted.getOrganizationName() + " now.");
        } catch (ProblemException e) {
            return rejected(e, form);
        }
    }

    @POST
    @Path("/{invitation}/decline")
    public Response decline(@PathParam("invitation") UUID id, Form form) {
        try {
            ReceivedInvitation declined = api.read(invitations.declineInvitation(id), ReceivedInvitation.class);
            return pages.done(ROOT, "You declined the invitation of " + declined.getOrganizationName() + ".");
        } catch (ProblemException e) {
            return rejected(e, form);
        }
    }

    private Response rejected(ProblemException problem, Form form) {
        return pages.rejected(problem.kind().status(), Templates.received(received(), form.withErrors(problem)));
    }
}
