package io.agyn.listener;

import static java.util.Objects.requireNonNull;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Tells a {@link CallerConnection} and the {@link Drain} of each request whose head has been read. */
@ApplicationScoped
class RequestObserver {
    // That of the LLM Proxy too, which hands nothing on.
    private static final int BEFORE_ALL_ROUTES = -300_000;

    private final Drain drain;

    RequestObserver(Drain drain) {
        this.drain = requireNonNull(drain, "drain is null");
    }

    void register(@Observes Router router) {
        router.route().order(BEFORE_ALL_ROUTES).handler(this::observe);
    }

    private void observe(RoutingContext context) {
        CallerConnection connection = CallerConnection.of(context.request());
        if (connection != null) {
            connection.onRequest(context.request());
        }
        drain.onRequest(context);
        context.next();
    }
}
