package io.agyn.console.signin;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Caller;
import io.agyn.access.DenialLog;
import io.agyn.access.SessionAuthenticated;
import io.agyn.console.forms.Form;
import io.agyn.console.rendering.PageResponses;
import io.agyn.console.routing.ConsoleRoutes;
import io.agyn.console.routing.Cookies;
import io.agyn.console.session.Session;
import io.agyn.console.session.SessionId;
import io.agyn.console.session.Sessions;
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

/** Authenticates every request for a Console page, before its form is read. */
class SessionFilter {
    private static final String FETCH_SITE = "Sec-Fetch-Site";
    private static final Set<String> OTHER_SITES = Set.of("cross-site", "same-site");

    private final Session session;
    private final Sessions sessions;
    private final Cookies cookies;
    private final DenialLog denials;
    private final Caller caller;
    private final PageResponses pages;
    private final RoutingContext context;

    SessionFilter(
            Session session,
            Sessions sessions,
            Cookies cookies,
            DenialLog denials,
            Caller caller,
            PageResponses pages,
            RoutingContext context) {
        this.session = requireNonNull(session, "session is null");
        this.sessions = requireNonNull(sessions, "sessions is null");
        this.cookies = requireNonNull(cookies, "cookies is null");
        this.denials = requireNonNull(denials, "denials is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.pages = requireNonNull(pages, "pages is null");
        this.context = requireNonNull(context, "context is null");
    }

    @SessionAuthenticated
    @ServerRequestFilter(priority = Stage.Priority.AUTHENTICATION)
    public Optional<Response> admit(ContainerRequestContext request, SimpleResourceInfo page) {
        if (!ConsoleRoutes.isPage(context)) {
            // The REST stack ignores matrix parameters, so that it matches paths that ConsoleRoutes does not.
            throw new NotFoundException();
        }
        if (page.getResourceClass() == BackChannelLogoutResource.class) {
            // Its requests come from the identity provider, and are signed.
            return Optional.empty();
        }
        boolean isOfProvider = page.getResourceClass() == ProviderSignInPages.class;
        Optional<String> cookie = cookies.read(Session.COOKIE);
        if (cookie.isEmpty() && !isOfProvider && isLinkOfAnotherSite(request)) {
            // Browsers send no SameSite=Strict cookie with a link from another site, even if the user is signed in.
            return Optional.of(pages.reload(""));
        }
        session.use(cookie.flatMap(SessionId::parse).orElseGet(SessionId::anonymous));
        boolean isOpen = isOfProvider || page.getResourceClass() == SignInPages.class;
        caller.authorize(isOpen ? () -> {} : this::identify);
        if (!Set.of(HttpMethod.GET, HttpMethod.HEAD).contains(request.getMethod())) {
            requireFormOfThisSite(request, page);
        }
        return Optional.empty();
    }

    @SessionAuthenticated
    @ServerResponseFilter
    public void setCookie(ContainerResponseContext response) {
        MultivaluedMap<String, Object> headers = response.getHeaders();
        session.replacement()
                .ifPresent(id -> headers.add(HttpHeaders.SET_COOKIE, cookies.create(Session.COOKIE, id.toString())));
    }

    private static boolean isLinkOfAnotherSite(ContainerRequestContext request) {
        String site = request.getHeaderString(FETCH_SITE);
        return request.getMethod().equals(HttpMethod.GET) && site != null && OTHER_SITES.contains(site);
    }

    private void identify() {
        SessionId id = session.id();
        try {
            caller.set(sessions.find(id).orElseThrow(() -> unauthenticated(id)));
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot read the session", e);
        }
    }

    /** The audit log records the use of an ended session, but no anonymous visit. */
    private ProblemException unauthenticated(SessionId id) {
        if (!id.isAnonymous()) {
            denials.log("useSession", ProblemKind.UNAUTHENTICATED);
        }
        return new ProblemException(ProblemKind.UNAUTHENTICATED, "Your session has ended. Sign in again.");
    }

    private void requireFormOfThisSite(ContainerRequestContext request, SimpleResourceInfo page) {
        String site = request.getHeaderString(FETCH_SITE);
        if (site != null && !site.equals("same-origin")) {
            throw session.denied("The form came from another site. Nothing was changed.");
        }
        MediaType type = request.getMediaType();
        if (type == null || !type.toString().startsWith(MediaType.APPLICATION_FORM_URLENCODED)) {
            // Only FormReader checks the CSRF token.
            throw new ProblemException(
                    ProblemKind.UNSUPPORTED_MEDIA_TYPE,
                    "Send the form as application/x-www-form-urlencoded. Nothing was changed.");
        }
        if (!Arrays.asList(page.parameterTypes()).contains(Form.class)) {
            throw new IllegalStateException(
                    page.getMethodName() + " handles a POST without a Form, so that no CSRF token is checked");
        }
    }
}
