package io.agyn.console;

import static java.util.Objects.requireNonNull;

import io.agyn.pipeline.Stage;
import io.agyn.rest.RestApi;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Set;

/**
 * Leads the paths that browsers ask for to the REST stack, which makes the Console's pages below a path of its own. That
 * one is not to be asked for: whoever tries finds nothing there.
 */
@ApplicationScoped
public class ConsoleRoutes {
    private static final String INSIDE = RestApi.ROOT + "/console";
    // The first segments of the paths.
    private static final Set<String> AREAS =
            Set.of("", "sign-in", "sign-out", "organizations", "users", "tokens", "audit");
    private static final String MARK = "io.agyn.console";
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
                    + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private final RestApi api;

    ConsoleRoutes(RestApi api) {
        this.api = requireNonNull(api, "api is null");
    }

    void register(@Observes Router router) {
        Stage.CONSOLE_PATHS.route(router).handler(this::lead);
        Stage.CONSOLE_HEADERS.route(router, INSIDE + "/*").handler(ConsoleRoutes::protect);
    }

    /** Whether a page is asked for. */
    public static boolean isPage(RoutingContext context) {
        return context.get(MARK) != null;
    }

    /** The path and query that the browser has asked for. */
    static String asked(RoutingContext context) {
        return context.get(MARK);
    }

    private void lead(RoutingContext context) {
        String path = context.normalizedPath();
        if (path.equals(INSIDE) || path.startsWith(INSIDE + "/")) {
            if (isPage(context)) {
                context.next();
            } else {
                api.notFound(context);
            }
        } else if (AREAS.contains(path.split("/", -1)[1])) {
            String query = context.request().query();
            context.put(MARK, query == null ? path : path + "?" + query);
            // Read now, the query's parameters are kept; the new path has none.
            context.queryParams();
            context.reroute(path.equals("/") ? INSIDE : INSIDE + path);
        } else {
            context.next();
        }
    }

    private static void protect(RoutingContext context) {
        context.response()
                .putHeader("Content-Security-Policy", POLICY)
                .putHeader("Cache-Control", "no-store")
                .putHeader("Cross-Origin-Opener-Policy", "same-origin");
        context.next();
    }
}
