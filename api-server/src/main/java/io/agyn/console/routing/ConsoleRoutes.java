package io.agyn.console.routing;

import static java.util.Objects.requireNonNull;

import io.agyn.pipeline.Stage;
import io.agyn.rest.RestApi;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reroutes the Console's paths, such as {@code /organizations}, to the REST stack, where the pages' resource classes have paths
 * below {@code /api/v1/console}. Requests for those internal paths get 404.
 */
@ApplicationScoped
public class ConsoleRoutes {
    private static final String PAGES = "/console";
    private static final String INTERNAL_ROOT = RestApi.PAGES;
    private static final String REQUESTED_PATH = "io.agyn.console";
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
                    + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private final RestApi api;
    // The first segments of the pages' paths.
    private final Set<String> areas;

    ConsoleRoutes(RestApi api, BeanManager beans) {
        areas = beans.getBeans(Object.class, Any.Literal.INSTANCE).stream()
                .map(Bean::getBeanClass)
                .filter(type -> type.isAnnotationPresent(Path.class))
                .flatMap(ConsoleRoutes::paths)
                .filter(path -> (path + "/").startsWith(PAGES + "/"))
                .map(path -> path.equals(PAGES) ? "" : path.split("/", -1)[2])
                .collect(Collectors.toUnmodifiableSet());
        this.api = requireNonNull(api, "api is null");
    }

    void register(@Observes Router router) {
        Stage.CONSOLE_PATHS.route(router).handler(this::reroute);
        Stage.CONSOLE_HEADERS.route(router, INTERNAL_ROOT + "/*").handler(ConsoleRoutes::setHeaders);
    }

    /** The paths of a resource's methods. */
    private static Stream<String> paths(Class<?> resource) {
        String root = resource.getAnnotation(Path.class).value();
        return Stream.of(resource.getMethods())
                .filter(method -> method.isAnnotationPresent(GET.class) || method.isAnnotationPresent(POST.class))
                .map(method -> method.isAnnotationPresent(Path.class)
                        ? root + method.getAnnotation(Path.class).value()
                        : root);
    }

    /** Whether the request is for a page of the Console. */
    public static boolean isPage(RoutingContext context) {
        return context.get(REQUESTED_PATH) != null;
    }

    /** The path and query that the browser requested. */
    public static String requestedPath(RoutingContext context) {
        return requireNonNull(context.get(REQUESTED_PATH), "not a page");
    }

    private void reroute(RoutingContext context) {
        String path = context.normalizedPath();
        if (path.equals(INTERNAL_ROOT) || path.startsWith(INTERNAL_ROOT + "/")) {
            if (isPage(context)) {
                context.next();
            } else {
                api.notFound(context);
            }
        } else if (areas.contains(path.split("/", -1)[1])) {
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
