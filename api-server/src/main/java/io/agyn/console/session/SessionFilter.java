package io.agyn.console.session;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Caller;
import io.agyn.access.DenialLog;
import io.agyn.access.SessionAuthenticated;
import io.agyn.console.ConsoleRoutes;
import io.agyn.console.Cookies;
import io.agyn.console.Form;
import io.agyn.console.PageResponses;
import io.agyn.console.session.Sessions.Found;
import io.agyn.pipeline.Stage;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;
import org.jboss.resteasy.reactive.server.SimpleResourceInfo;

/** The one way in to the Console's pages: every request passes here before its page is made and before its form is read. */
class SessionFilter {
    private static final String FETCH_SITE = "Sec-Fetch-Site";
    // What browsers say of pages of others.
    private static final Set<String> OTHER_SITES = Set.of("cross-site", "same-site");

    private final Session session;
    private final Sessions sessions;
    private final Cookies cookies;
    private final DenialLog refusals;
    private final Caller caller;
    private final PageResponses pages;
    private final RoutingContext context;

    SessionFilter(
            Session session,
            Sessions sessions,
            Cookies cookies,
            DenialLog refusals,
            Caller caller,
            PageResponses pages,
            RoutingContext context) {
        this.session = requireNonNull(session, "session is null");
        this.sessions = requireNonNull(sessions, "sessions is null");
        this.cookies = requireNonNull(cookies, "cookies is null");
        this.refusals = requireNonNull(refusals, "refusals is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.pages = requireNonNull(pages, "pages is null");
        this.context = requireNonNull(context, "context is null");
    }

    @SessionAuthenticated
    @ServerRequestFilter(priority = Stage.Priority.AUTHENTICATION)
    public Optional<Response> admit(ContainerRequestContext request, SimpleResourceInfo page) {
        if (!ConsoleRoutes.isPage(context)) {
            // By a path that the REST stack reads as another one than the router does, such as one with matrix
            // parameters.
            throw new NotFoundException();
        }
        Optional<String> cookie = cookies.read(Session.COOKIE);
        if (cookie.isEmpty() && isLinkOfAnotherSite(request)) {
            // Who is signed in would be led to the sign-in.
            return Optional.of(pages.askAgain(""));
        }
        session.use(cookie.flatMap(SessionId::parse).orElseGet(SessionId::fresh));
        boolean isOpen = page.getResourceClass() == SignInPages.class;
        boolean isRead = request.getMethod().equals(HttpMethod.GET)
                || request.getMethod().equals(HttpMethod.HEAD);
        caller.authorize(isOpen ? () -> {} : () -> identify(isRead));
        if (!isRead) {
            requireOwnForm(request, page);
        }
        return Optional.empty();
    }

    @SessionAuthenticated
    @ServerResponseFilter
    public void give(ContainerResponseContext response) {
        MultivaluedMap<String, Object> headers = response.getHeaders();
        session.given()
                .ifPresent(id -> headers.add(HttpHeaders.SET_COOKIE, cookies.make(Session.COOKIE, id.toString())));
    }

    private static boolean isLinkOfAnotherSite(ContainerRequestContext request) {
        String site = request.getHeaderString(FETCH_SITE);
        return request.getMethod().equals(HttpMethod.GET) && site != null && OTHER_SITES.contains(site);
    }

    private void identify(boolean isRead) {
        SessionId id = session.id();
        try {
            Found found = sessions.find(id).orElseThrow(() -> ended(id));
            caller.set(found.identity());
            // What is done may be answered late, as a model's test is, and would bring back an id that is over by then.
            if (isRead && !found.id().equals(id)) {
                session.give(found.id());
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The session cannot be looked up", e);
        }
    }

    /** As with an API token that does not work, which nobody guesses here. Who has never signed in has just not done so yet. */
    private ProblemException ended(SessionId id) {
        ProblemException refusal =
                new ProblemException(ProblemKind.UNAUTHENTICATED, "Your session has ended. Sign in again.");
        if (!id.isSignedIn()) {
            return refusal;
        }
        refusals.log("useSession", refusal.kind());
        return refusal;
    }

    private void requireOwnForm(ContainerRequestContext request, SimpleResourceInfo page) {
        String site = request.getHeaderString(FETCH_SITE);
        if (site != null && !site.equals("same-origin")) {
            throw session.notShown("The form came from another site. Nothing was changed.");
        }
        MediaType type = request.getMediaType();
        if (type == null || !type.toString().startsWith(MediaType.APPLICATION_FORM_URLENCODED)) {
            // Any other body is read by somebody else, who checks no token.
            throw new ProblemException(
                    ProblemKind.UNSUPPORTED_MEDIA_TYPE,
                    "Send the form as application/x-www-form-urlencoded. Nothing was changed.");
        }
        if (!Arrays.asList(page.parameterTypes()).contains(Form.class)) {
            // Its token would be checked nowhere.
            throw new IllegalStateException(page.getMethodName() + " changes something and takes no Form");
        }
    }
}
