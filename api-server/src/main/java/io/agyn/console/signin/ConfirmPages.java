package io.agyn.console.signin;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Authenticator;
import io.agyn.access.Caller;
import io.agyn.access.Credential;
import io.agyn.access.DenialLog;
import io.agyn.access.FailedTokens;
import io.agyn.access.Identity;
import io.agyn.access.SessionAuthenticated;
import io.agyn.console.forms.Form;
import io.agyn.console.rendering.PageResponses;
import io.agyn.console.session.Session;
import io.agyn.console.session.Sessions;
import io.agyn.console.signin.SignInPages.ProviderButton;
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
import jakarta.ws.rs.core.Response;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;

/**
 * Asks a signed-in user to sign in again: at the identity provider if the session began there, else by an API token of the
 * same user.
 */
@Path("/console/confirm")
@SessionAuthenticated
@RunOnVirtualThread
public class ConfirmPages {
    @CheckedTemplate(basePath = "console")
    static class Templates {
        static native TemplateInstance confirmSignIn(Form form, ProviderButton provider);
    }

    private final Authenticator authenticator;
    private final SignInFlow flow;
    private final FailedTokens failedTokens;
    private final DenialLog denials;
    private final Caller caller;
    private final Session session;
    private final Sessions sessions;
    private final PageResponses pages;

    ConfirmPages(
            Authenticator authenticator,
            SignInFlow flow,
            FailedTokens failedTokens,
            DenialLog denials,
            Caller caller,
            Session session,
            Sessions sessions,
            PageResponses pages) {
        this.authenticator = requireNonNull(authenticator, "authenticator is null");
        this.flow = requireNonNull(flow, "flow is null");
        this.failedTokens = requireNonNull(failedTokens, "failedTokens is null");
        this.denials = requireNonNull(denials, "denials is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.session = requireNonNull(session, "session is null");
        this.sessions = requireNonNull(sessions, "sessions is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @GET
    public Response show(@QueryParam("next") @DefaultValue("/organizations") String next) {
        return pages.ok(page(Form.of("next", SignInPages.own(next))));
    }

    @POST
    public Response confirm(Form form) throws SQLException {
        try {
            requireOwnToken(form.text("token"));
        } catch (ProblemException e) {
            denials.log("confirmSignIn", e.kind());
            Form rejected = form.set("token", null)
                    .withLabels(Map.of("token", "API token"))
                    .withError("token", e.getMessage());
            return pages.rejected(
                    e.kind() == ProblemKind.UNAUTHENTICATED ? 422 : e.kind().status(), page(rejected));
        }
        sessions.confirm(session.id(), caller.identity());
        return pages.done(
                SignInPages.own(form.text("next")),
                "You are signed in again. You can reveal credentials for 15 minutes.");
    }

    /** @throws ProblemException if the token is not a valid one of the signed-in user */
    private void requireOwnToken(String token) {
        Identity signedIn = caller.identity();
        boolean isOwn = signedIn.credential().kind() == Credential.Kind.API_TOKEN
                && authenticator
                        .lookUp(token)
                        .filter(identity -> identity.credential().isValidAt(Instant.now())
                                && identity.credential().kind() == Credential.Kind.API_TOKEN
                                && identity.userId().equals(signedIn.userId()))
                        .isPresent();
        if (!isOwn) {
            throw failedTokens.count(
                    token,
                    new ProblemException(
                            ProblemKind.UNAUTHENTICATED, "This is not a valid API token of the signed-in user."));
        }
    }

    /** The page offers the identity provider to a session that began there. */
    private TemplateInstance page(Form form) {
        boolean isOfProvider = caller.identity().credential().kind() == Credential.Kind.SIGN_IN;
        String next = URLEncoder.encode(SignInPages.own(form.text("next")), StandardCharsets.UTF_8);
        return Templates.confirmSignIn(
                form,
                new ProviderButton(
                        isOfProvider ? flow.displayName().orElse("") : "",
                        "/sign-in/provider?fresh=true&next=" + next));
    }
}
