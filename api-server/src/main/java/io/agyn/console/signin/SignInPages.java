package io.agyn.console.signin;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Authenticator;
import io.agyn.access.Caller;
import io.agyn.access.Credential;
import io.agyn.access.DenialLog;
import io.agyn.access.FailedTokens;
import io.agyn.access.Identity;
import io.agyn.access.SessionAuthenticated;
import io.agyn.api.model.TokenScope;
import io.agyn.console.forms.Form;
import io.agyn.console.rendering.PageResponses;
import io.agyn.console.routing.Cookies;
import io.agyn.console.session.Session;
import io.agyn.console.session.SessionId;
import io.agyn.console.session.Sessions;
import io.agyn.oidc.SignInFlow;
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
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Sign-in with an API token, which is exchanged for a session, and sign-out. */
@Path("/console")
@SessionAuthenticated
@RunOnVirtualThread
public class SignInPages {
    private static final String FIRST_PAGE = "/organizations";
    // Prevents open redirects: a link to the sign-in page cannot name another site as the next page.
    private static final Pattern OWN_PAGE = Pattern.compile(
            "/((account|activity|api-tokens|invitations|organizations|users|tokens|audit)([/?][!-~&&[^\\\\]]*)?|sign-in/renewed)");

    @CheckedTemplate(basePath = "console")
    static class Templates {
        static native TemplateInstance signIn(Form form, ProviderButton provider);
    }

    /**
     * The button of the identity provider.
     *
     * @param name the provider's name; empty if none is configured
     * @param path begins the sign-in there
     */
    record ProviderButton(String name, String path) {}

    private final Authenticator authenticator;
    private final SignInFlow flow;
    private final Cookies cookies;
    private final FailedTokens failedTokens;
    private final DenialLog denials;
    private final Caller caller;
    private final Session session;
    private final Sessions sessions;
    private final PageResponses pages;

    SignInPages(
            Authenticator authenticator,
            SignInFlow flow,
            Cookies cookies,
            FailedTokens failedTokens,
            DenialLog denials,
            Caller caller,
            Session session,
            Sessions sessions,
            PageResponses pages) {
        this.authenticator = requireNonNull(authenticator, "authenticator is null");
        this.flow = requireNonNull(flow, "flow is null");
        this.cookies = requireNonNull(cookies, "cookies is null");
        this.failedTokens = requireNonNull(failedTokens, "failedTokens is null");
        this.denials = requireNonNull(denials, "denials is null");
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
        session.replace(session.id().asAnonymous());
        return pages.withoutNavigation(200, Templates.signIn(Form.of("next", own(next)), button(next)));
    }

    /** For a form whose session has ended: a new CSRF token, as soon as the user has signed in again in another tab. */
    @GET
    @Path("/sign-in/renewed")
    public Response renewed() throws SQLException {
        return pages.session(200, sessions.find(session.id()).isPresent());
    }

    @POST
    @Path("/sign-in")
    public Response signIn(Form form) throws SQLException {
        Identity identity;
        try {
            identity = identify(form.text("token"));
        } catch (ProblemException e) {
            denials.log("signIn", e.kind());
            Response.ResponseBuilder response = Response.fromResponse(pages.withoutNavigation(
                    e.kind() == ProblemKind.UNAUTHENTICATED ? 422 : e.kind().status(),
                    Templates.signIn(
                            form.set("token", null)
                                    .withLabels(Map.of("token", "API token"))
                                    .withError("token", e.getMessage()),
                            button(form.text("next")))));
            e.headers().forEach(response::header);
            return response.build();
        }
        caller.set(identity);
        sessions.remove(session.id());
        session.replace(sessions.begin(identity));
        return pages.redirect(own(form.text("next")));
    }

    @POST
    @Path("/sign-out")
    public Response signOut(Form form) throws SQLException {
        Optional<Identity> identity = sessions.find(session.id());
        if (identity.isPresent()) {
            caller.set(identity.get());
            sessions.end(session.id(), identity.get());
        }
        session.replace(SessionId.anonymous());
        Response done = pages.done("/sign-in", "You are signed out.");
        Optional<String> endSession = identity.filter(
                        known -> known.credential().kind() == Credential.Kind.SIGN_IN)
                .flatMap(known ->
                        flow.endSession(cookies.read(ProviderSignInPages.ID_TOKEN), cookies.origin() + "/sign-in"));
        // Not a redirect, which the Content-Security-Policy blocks for forms.
        return endSession.isEmpty()
                ? done
                : Response.fromResponse(pages.reload(endSession.get()))
                        .cookie(done.getCookies().values().toArray(NewCookie[]::new))
                        .cookie(cookies.create(ProviderSignInPages.ID_TOKEN, "", Duration.ZERO))
                        .build();
    }

    private ProviderButton button(String next) {
        return new ProviderButton(
                flow.displayName().orElse(""),
                "/sign-in/provider?next=" + URLEncoder.encode(own(next), StandardCharsets.UTF_8));
    }

    private Identity identify(String token) {
        Optional<Identity> found = authenticator.lookUp(token);
        if (found.isPresent() && !found.get().credential().rights().has(TokenScope.READ)) {
            throw new ProblemException(
                    ProblemKind.UNAUTHENTICATED,
                    "This API token lacks the scope read, which the Console needs. Use one that has it.");
        }
        return found.filter(identity -> identity.credential().isValidAt(Instant.now())
                        && identity.credential().kind() == Credential.Kind.API_TOKEN)
                .orElseThrow(() -> failedTokens.count(
                        token, new ProblemException(ProblemKind.UNAUTHENTICATED, FailedTokens.reason(found))));
    }

    static String own(String next) {
        return OWN_PAGE.matcher(next).matches() ? next : FIRST_PAGE;
    }
}
