package io.agyn.rest;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Tells browsers to make nothing of the API's answers but data: not to guess at their type, to run nothing in them, to show
 * them in no frame, and to tell no other site of their addresses. There is no CORS (Fetch standard): pages of other origins
 * cannot read them.
 */
@ApplicationScoped
class SecurityHeaders {
    private static final int BEFORE_REST = -90_000;

    void register(@Observes Router router) {
        router.route(RestApi.ROOT + "/*").order(BEFORE_REST).handler(SecurityHeaders::add);
    }

    private static void add(RoutingContext context) {
        HttpServerResponse response = context.response();
        response.putHeader("X-Content-Type-Options", "nosniff");
        response.putHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        response.putHeader("Referrer-Policy", "no-referrer");
        context.next();
    }
}
