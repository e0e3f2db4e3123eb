package io.agyn.listener;

import static java.util.Objects.requireNonNull;

import io.agyn.pipeline.Stage;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Notifies a {@link CallerConnection} and the {@link Drain} of each request whose head has been read. */
@ApplicationScoped
class RequestObserver {
    private final Drain drain;

    RequestObserver(Drain drain) {
        this.drain = requireNonNull(drain, "drain is null");
    }

    void register(@Observes Router router) {
        Stage.CONNECTION_WATCH.route(router).handler(this::observe);
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
