package io.agyn.rest;

import io.agyn.pipeline.Stage;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;

/**
 * Reads the rest of a body after an early response, such as an error. Many callers read no response while they still
 * write; closing the connection would lose the response (RFC 9112, section 9.6).
 */
@ApplicationScoped
public class BodyDrainer {
    private static final long MAX_BYTES = 64L << 20;
    // Asks an HTTP/2 client to stop sending the body (RFC 9113, section 8.1).
    private static final long NO_ERROR = 0x0;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    void register(@Observes Router router) {
        Stage.BODY_DRAIN.route(router).handler(BodyDrainer::watch);
    }

    private static void watch(RoutingContext context) {
        Context eventLoop = context.vertx().getOrCreateContext();
        // The response ends on any thread; an exception here would keep Vert.x from reading the next request.
        context.addEndHandler(ended -> eventLoop.runOnContext(now -> discard(context.request())));
        context.next();
    }

    /**
     * Reads and discards the rest of a request's body after its response has ended. Runs on the request's event loop: on
     * another thread, the body could end between a check and the call that depends on it.
     */
    public static void discard(HttpServerRequest request) {
        if (request.isEnded() || !request.response().ended()) {
            return;
        }
        Vertx vertx = Vertx.currentContext().owner();
        long timer = vertx.setTimer(TIMEOUT.toMillis(), late -> stop(request));
        request.endHandler(end -> vertx.cancelTimer(timer));
        request.exceptionHandler(closed -> vertx.cancelTimer(timer));
        request.handler(piece -> {
            if (request.bytesRead() > MAX_BYTES) {
                stop(request);
            }
        });
        request.resume();
    }

    private static void stop(HttpServerRequest request) {
        if (request.isEnded()) {
            // The request ended in the meantime, and the connection may have another one.
            return;
        }
        if (request.version() == HttpVersion.HTTP_2) {
            request.response().reset(NO_ERROR);
        } else {
            request.connection().close();
        }
    }
}
