package io.agyn.rest;

import io.agyn.pipeline.Stage;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
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
public class BodyDrainer {
    private static final long MOST = 64L << 20;
    // What asks an HTTP/2 client to send no more of a request that is answered (RFC 9113, section 8.1).
    private static final long NO_ERROR = 0x0;
    private static final Duration LONGEST = Duration.ofSeconds(10);

    void register(@Observes Router router) {
        Stage.BODY_DRAIN.route(router).handler(BodyDrainer::watch);
    }

    private static void watch(RoutingContext context) {
        context.addEndHandler(answered -> discard(context.request()));
        context.next();
    }

    /** Takes what is left of a request's body, where there is any and the request has been answered. */
    public static void discard(HttpServerRequest request) {
        if (request.isEnded() || !request.response().ended()) {
            return;
        }
        Vertx vertx = Vertx.currentContext().owner();
        long timer = vertx.setTimer(LONGEST.toMillis(), late -> stop(request));
        request.endHandler(end -> vertx.cancelTimer(timer));
        request.exceptionHandler(gone -> vertx.cancelTimer(timer));
        request.handler(piece -> {
            if (request.bytesRead() > MOST) {
                stop(request);
            }
        });
        request.resume();
    }

    private static void stop(HttpServerRequest request) {
        if (request.isEnded()) {
            // It ended while it was asked for its end, and the connection is another request's by now.
            return;
        }
        if (request.version() == HttpVersion.HTTP_2) {
            request.response().reset(NO_ERROR);
        } else {
            request.connection().close();
        }
    }
}
