package io.agyn.console.signin;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.agyn.access.Caller;
import io.agyn.access.Credential;
import io.agyn.access.DenialLog;
import io.agyn.access.Identity;
import io.agyn.access.SessionAuthenticated;
import io.agyn.console.rendering.PageResponses;
import io.agyn.console.routing.Cookies;
import io.agyn.console.session.Session;
import io.agyn.console.session.Sessions;
import io.agyn.oidc.IdentityProviderException;
import io.agyn.oidc.InvalidJwtException;
import io.agyn.oidc.SignInFlow;
import io.agyn.oidc.SignInState;
import io.agyn.oidc.UserIdentities;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Sign-in with the identity provider: the redirect to it, and the callback that it redirects to. */
@Path("/console/sign-in/provider")
@SessionAuthenticated
@RunOnVirtualThread
public class ProviderSignInPages {
    /** The cookie with the ID token, which the sign-out sends back to the provider. */
    static final String ID_TOKEN = "agyn_id_token";

    private static final Logger LOG = Logger.getLogger(ProviderSignInPages.class);
    private static final String STATE = "agyn_sign_in_";
    private static final Duration STATE_LIFETIME = Duration.ofMinutes(10);
    private static final Duration SESSION_LIFETIME = Duration.ofHours(12);
    // Browsers keep cookies of up to 4 KiB.
    private static final int MAX_COOKIE_LENGTH = 3_800;

    @CheckedTemplate(basePath = "console")
    static class Templates {
        static native TemplateInstance signInFailed(String heading, String detail, String again);
    }

    private final SignInFlow flow;
    private final UserIdentities users;
    private final Cookies cookies;
    private final DenialLog denials;
    private final Caller caller;
    private final Session session;
    private final Sessions sessions;
    private final PageResponses pages;

    ProviderSignInPages(
            SignInFlow flow,
            UserIdentities users,
            Cookies cookies,
            DenialLog denials,
            Caller caller,
            Session session,
            Sessions sessions,
            PageResponses pages) {
        this.flow = requireNonNull(flow, "flow is null");
        this.users = requireNonNull(users, "users is null");
        this.cookies = requireNonNull(cookies, "cookies is null");
        this.denials = requireNonNull(denials, "denials is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.session = requireNonNull(session, "session is null");
        this.sessions = requireNonNull(sessions, "sessions is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    /**
     * Redirects to the provider.
     *
     * @param fresh {@code true} if the user must have authenticated in the last 15 minutes
     */
    @GET
    public Response begin(
            @QueryParam("next") @DefaultValue("/organizations") String next,
            @QueryParam("fresh") @DefaultValue("false") String fresh) {
        requireProvider();
        String page = SignInPages.own(next);
        try {
            SignInFlow.Begun begun = flow.begin(callbackUrl(), fresh.equals("true"), page);
            String name = STATE + SignInState.cookieSuffix(begun.state().state());
            return Response.status(Response.Status.SEE_OTHER)
                    .header(HttpHeaders.LOCATION, begun.location())
                    .cookie(cookies.createLax(name, begun.state().cookie(), STATE_LIFETIME))
                    .build();
        } catch (IdentityProviderException e) {
            return unavailable(page);
        }
    }

    /** Completes the sign-in. Browsers send no session cookie with it, since the link is on the provider's page. */
    @GET
    @Path("/callback")
    public Response complete(
            @QueryParam("state") @Nullable String state,
            @QueryParam("code") @Nullable String code,
            @QueryParam("error") @Nullable String error,
            @QueryParam("iss") @Nullable String issuer)
            throws SQLException {
        requireProvider();
        String sent = requireNonNullElse(state, "");
        String name = STATE + SignInState.cookieSuffix(sent);
        Optional<SignInState> begun = cookies.read(name).flatMap(cookie -> SignInState.parse(cookie, sent));
        if (begun.isEmpty()) {
            return rejected(
                    400,
                    "This sign-in has expired",
                    "It was begun more than ten minutes ago, in another browser, or was completed already.",
                    "/organizations");
        }
        Response response = complete(begun.get(), code, error, Optional.ofNullable(issuer));
        return Response.fromResponse(response)
                .cookie(cookies.createLax(name, "", Duration.ZERO))
                .build();
    }

    private Response complete(SignInState begun, @Nullable String code, @Nullable String error, Optional<String> issuer)
            throws SQLException {
        if (error != null || code == null) {
            return rejected(
                    403,
                    "The identity provider has not signed you in",
                    "access_denied".equals(error)
                            ? "You cancelled, or you do not have access to this application there. Ask its administrators."
                            : "Its error is " + (error != null && error.matches("[a-z_]{1,50}") ? error : "unknown")
                                    + ". Ask the operator of this server to check the client at the identity provider.",
                    begun.next());
        }
        try {
            flow.requireIssuer(issuer);
            return signIn(begun, flow.complete(begun, code, callbackUrl()));
        } catch (IdentityProviderException e) {
            LOG.warnf("A sign-in failed: %s", e.getMessage());
            return unavailable(begun.next());
        } catch (InvalidJwtException e) {
            LOG.warnf("A sign-in failed: %s", e.getMessage());
            return rejected(
                    403,
                    "The identity provider's response is invalid",
                    "The operator of this server finds the reason in its log.",
                    begun.next());
        }
    }

    private Response signIn(SignInState begun, SignInFlow.Completed completed) throws SQLException {
        Optional<Identity> identity = users.find(completed.userId(), Credential::signIn);
        if (identity.isEmpty()) {
            return rejected(403, "Your user is suspended", "Ask a cluster admin to activate it.", begun.next());
        }
        caller.set(identity.get());
        session.replace(sessions.begin(identity.get(), completed.sid(), completed.authenticatedAt()));
        Response.ResponseBuilder response = Response.fromResponse(pages.reload(begun.next()));
        if (completed.idToken().length() <= MAX_COOKIE_LENGTH) {
            response.cookie(cookies.create(ID_TOKEN, completed.idToken(), SESSION_LIFETIME));
        }
        return response.build();
    }

    private Response unavailable(String next) {
        denials.log("signIn", ProblemKind.UNAVAILABLE);
        return pages.withoutNavigation(
                503,
                Templates.signInFailed(
                        "The identity provider is unavailable",
                        "Try again in a minute, or sign in with an API token. Sessions and tokens keep working.",
                        again(next)));
    }

    private Response rejected(int status, String heading, String detail, String next) {
        denials.log("signIn", ProblemKind.FORBIDDEN);
        return pages.withoutNavigation(status, Templates.signInFailed(heading, detail, again(next)));
    }

    private static String again(String next) {
        return "/sign-in?next=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
    }

    private String callbackUrl() {
        return cookies.origin() + "/sign-in/provider/callback";
    }

    private void requireProvider() {
        if (flow.displayName().isEmpty()) {
            throw ProblemException.notFound("page");
        }
    }
}
