package io.agyn.rest;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;

/**
 * Takes what is left of a body whose request was answered before it was read, a refused one above all. Many callers read
 * no answer while they still write; to close the connection on them would take the answer away (RFC 9112, section 9.6).
 */
@ApplicationScoped
class UnreadBodies {
    private static final int BEFORE_ALL_ROUTES = -99_000;
    private static final long MOST = 64L << 20;
    private static final Duration LONGEST = Duration.ofSeconds(10);

    void register(@Observes Router router) {
        router.route().order(BEFORE_ALL_ROUTES).handler(UnreadBodies::watch);
    }

    private static void watch(RoutingContext context) {
        context.addEndHandler(answered -> discard(context));
        context.next();
    }

    private static void discard(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (request.isEnded() || !context.response().ended()) {
            return;
        }
        long timer = context.vertx()
                .setTimer(LONGEST.toMillis(), late -> request.connection().close());
        request.endHandler(end -> context.vertx().cancelTimer(timer));
        request.exceptionHandler(gone -> context.vertx().cancelTimer(timer));
        request.handler(piece -> {
            if (request.bytesRead() > MOST) {
                request.connection().close();
            }
        });
        request.resume();
    }
}
