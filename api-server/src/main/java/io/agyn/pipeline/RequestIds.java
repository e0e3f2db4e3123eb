package io.agyn.pipeline;

import io.agyn.ids.Uuid7;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;

/**
 * Gives every request an id: the caller's {@code X-Request-Id} if it is valid, else a new one. Responses, the log and
 * problems contain it.
 */
@ApplicationScoped
public class RequestIds {
    /** The header with the id, in requests and responses. */
    public static final String HEADER = "X-Request-Id";

    /** The key of the id in the routing context and the log. */
    public static final String KEY = "request_id";

    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

    void register(@Observes Router router) {
        Stage.REQUEST_ID.route(router).handler(RequestIds::identify);
    }

    public static String of(RoutingContext context) {
        return context.get(KEY, "unknown");
    }

    /** Returns the caller's id, if it is valid. */
    public static Optional<String> given(MultiMap headers) {
        String given = headers.get(HEADER);
        return given != null && VALID.matcher(given).matches() ? Optional.of(given) : Optional.empty();
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
