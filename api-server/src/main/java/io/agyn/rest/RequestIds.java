package io.agyn.rest;

import io.agyn.pipeline.Stage;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;

/**
 * Gives every request an id: the caller's {@code X-Request-Id} if it is sane, else a new one. It is answered, logged and
 * put into problems.
 */
@ApplicationScoped
public class RequestIds {
    /** The header that carries the id, both ways. */
    public static final String HEADER = "X-Request-Id";

    /** Where the routing context, and so the REST stack, keeps the id. */
    public static final String KEY = "request_id";

    private static final Pattern SANE = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

    void register(@Observes Router router) {
        Stage.REQUEST_ID.route(router).handler(RequestIds::identify);
    }

    /** The id of a request. */
    public static String of(RoutingContext context) {
        return context.get(KEY, "unknown");
    }

    /** The id that the caller gave a request, where it is sane. */
    public static Optional<String> given(MultiMap headers) {
        String given = headers.get(HEADER);
        return given != null && SANE.matcher(given).matches() ? Optional.of(given) : Optional.empty();
    }

    private static void identify(RoutingContext context) {
        String id =
                given(context.request().headers()).orElseGet(() -> Uuid7.next().toString());
        context.put(KEY, id);
        context.response().putHeader(HEADER, id);
        MDC.put(KEY, id);
        context.next();
    }
}
