package io.agyn.pipeline;

import static java.util.Objects.requireNonNull;

import io.netty.handler.codec.http2.Http2Error;
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
        Vertx vertx =
                requireNonNull(Vertx.currentContext(), "not on an event loop").owner();
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
            // Asks the client to stop sending the body (RFC 9113, section 8.1).
            request.response().reset(Http2Error.NO_ERROR.code());
        } else {
            request.connection().close();
        }
    }
}
