package io.agyn.listener;

import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Tells {@link HeadTimeout} of each request whose head was read. */
@ApplicationScoped
class RequestHeads {
    // That of the LLM Proxy too, which hands nothing on.
    private static final int BEFORE_ALL_ROUTES = -300_000;

    void register(@Observes Router router) {
        router.route().order(BEFORE_ALL_ROUTES).handler(RequestHeads::tell);
    }

    private static void tell(RoutingContext context) {
        if (context.request().version() != HttpVersion.HTTP_2) {
            HeadTimeout.read(context.request());
        }
        context.next();
    }
}
