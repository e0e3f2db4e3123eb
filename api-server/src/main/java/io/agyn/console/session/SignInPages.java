package io.agyn.console.session;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Authenticator;
import io.agyn.access.Caller;
import io.agyn.access.DenialLog;
import io.agyn.access.FailedTokens;
import io.agyn.access.Identity;
import io.agyn.access.SessionAuthenticated;
import io.agyn.console.Form;
import io.agyn.console.PageResponses;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Signing in, by an API token that is exchanged for a session, and out. */
@Path("/console")
@SessionAuthenticated
@RunOnVirtualThread
public class SignInPages {
    private static final String FIRST_PAGE = "/organizations";
    // A page of the Console, and never one that a link to the sign-in chose elsewhere.
    private static final Pattern OWN_PAGE =
            Pattern.compile("/(organizations|users|tokens|audit)([/?][!-~&&[^\\\\]]*)?");

    @CheckedTemplate(basePath = "console")
    static class Templates {
        static native TemplateInstance signIn(Form form);
    }

    private final Authenticator authenticator;
    private final FailedTokens failedTokens;
    private final DenialLog refusals;
    private final Caller caller;
    private final Session session;
    private final Sessions sessions;
    private final PageResponses pages;

    SignInPages(
            Authenticator authenticator,
            FailedTokens failedTokens,
            DenialLog refusals,
            Caller caller,
            Session session,
            Sessions sessions,
            PageResponses pages) {
        this.authenticator = requireNonNull(authenticator, "authenticator is null");
        this.failedTokens = requireNonNull(failedTokens, "failedTokens is null");
        this.refusals = requireNonNull(refusals, "refusals is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.session = requireNonNull(session, "session is null");
        this.sessions = requireNonNull(sessions, "sessions is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @GET
    public Response home() {
        return pages.redirect(FIRST_PAGE);
    }

    @GET
    @Path("/sign-in")
    public Response show(@QueryParam("next") @DefaultValue(FIRST_PAGE) String next) throws SQLException {
        if (sessions.find(session.id()).isPresent()) {
            return pages.redirect(own(next));
        }
        session.give(session.id().signedOut());
        return pages.bare(200, Templates.signIn(Form.of("next", own(next))));
    }

    @POST
    @Path("/sign-in")
    public Response signIn(Form form) throws SQLException {
        Identity identity;
        try {
            identity = identify(form.text("token"));
        } catch (ProblemException e) {
            refusals.log("signIn", e.kind());
            Response.ResponseBuilder refusal = Response.fromResponse(pages.bare(
                    e.kind() == ProblemKind.UNAUTHENTICATED ? 422 : e.kind().status(),
                    Templates.signIn(form.set("token", null)
                            .labelled(Map.of("token", "API token"))
                            .with("token", e.getMessage()))));
            e.headers().forEach(refusal::header);
            return refusal.build();
        }
        caller.set(identity);
        sessions.forget(session.id());
        session.give(sessions.begin(identity));
        return pages.redirect(own(form.text("next")));
    }

    @POST
    @Path("/sign-out")
    public Response signOut(Form form) throws SQLException {
        Optional<Sessions.Found> found = sessions.find(session.id());
        if (found.isPresent()) {
            caller.set(found.get().identity());
            sessions.end(session.id(), found.get().identity());
        }
        session.give(SessionId.fresh());
        return pages.done("/sign-in", "You are signed out.");
    }

    private Identity identify(String token) {
        Optional<Identity> found = authenticator.lookUp(token);
        return found.filter(identity -> identity.isValidAt(Instant.now()))
                .orElseThrow(() -> failedTokens.count(
                        token, new ProblemException(ProblemKind.UNAUTHENTICATED, FailedTokens.reason(found))));
    }

    private static String own(String next) {
        return OWN_PAGE.matcher(next).matches() ? next : FIRST_PAGE;
    }
}
