package io.agyn.console.routing;

import static java.util.Objects.requireNonNull;

import io.agyn.pipeline.Stage;
import io.agyn.rest.RestApi;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Set;

/**
 * Reroutes the Console's paths, such as {@code /organizations}, to the REST stack, where the pages' resource classes have paths
 * below {@code /api/v1/console}. Requests for those internal paths get 404.
 */
@ApplicationScoped
public class ConsoleRoutes {
    private static final String INTERNAL_ROOT = RestApi.ROOT + "/console";
    // The first path segments of all pages.
    private static final Set<String> AREAS =
            Set.of("", "sign-in", "sign-out", "organizations", "users", "tokens", "audit");
    private static final String REQUESTED_PATH = "io.agyn.console";
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
                    + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private final RestApi api;

    ConsoleRoutes(RestApi api) {
        this.api = requireNonNull(api, "api is null");
    }

    void register(@Observes Router router) {
        Stage.CONSOLE_PATHS.route(router).handler(this::reroute);
        Stage.CONSOLE_HEADERS.route(router, INTERNAL_ROOT + "/*").handler(ConsoleRoutes::setHeaders);
    }

    /** Whether the request is for a page of the Console. */
    public static boolean isPage(RoutingContext context) {
        return context.get(REQUESTED_PATH) != null;
    }

    /** The path and query that the browser requested. */
    public static String requestedPath(RoutingContext context) {
        return context.get(REQUESTED_PATH);
    }

    private void reroute(RoutingContext context) {
        String path = context.normalizedPath();
        if (path.equals(INTERNAL_ROOT) || path.startsWith(INTERNAL_ROOT + "/")) {
            if (isPage(context)) {
                context.next();
            } else {
                api.notFound(context);
            }
        } else if (AREAS.contains(path.split("/", -1)[1])) {
            String query = context.request().query();
            context.put(REQUESTED_PATH, query == null ? path : path + "?" + query);
            // Vert.x caches the parameters; after the rerouting it could not read them.
            context.queryParams();
            context.reroute(path.equals("/") ? INTERNAL_ROOT : INTERNAL_ROOT + path);
        } else {
            context.next();
        }
    }

    private static void setHeaders(RoutingContext context) {
        context.response()
                .putHeader("Content-Security-Policy", POLICY)
                .putHeader("Cache-Control", "no-store")
                .putHeader("Cross-Origin-Opener-Policy", "same-origin");
        context.next();
    }
}
