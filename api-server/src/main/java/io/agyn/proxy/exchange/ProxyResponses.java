package io.agyn.proxy.exchange;

import io.agyn.access.Throttle;
import io.agyn.pipeline.RequestIds;
import io.agyn.proxy.dialect.Dialect;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.dialect.ProxyError.Kind;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.UUID;

/** Writes the proxy's own responses. */
public final class ProxyResponses {
    /** The header with the proxy's id of a call, next to the provider's own id. */
    public static final CharSequence AGYN_REQUEST_ID = HttpHeaders.createOptimized("x-agyn-request-id");

    /** The header that marks errors of the proxy, with their code. Responses of providers never have it. */
    static final CharSequence AGYN_ERROR = HttpHeaders.createOptimized("x-agyn-error");

    private static final String RETRY_AFTER_SECONDS = "2";

    private ProxyResponses() {}

    /** Returns the id that the caller sent, or else the generated one. */
    public static String requestId(MultiMap headers, UUID generated) {
        return RequestIds.given(headers).orElseGet(generated::toString);
    }

    public static void respond(Exchange exchange, Dialect dialect, int status, byte[] json, String requestId) {
        MultiMap headers = exchange.responseHeaders();
        exchange.setStatus(status);
        headers.set(HttpHeaderNames.CONTENT_TYPE, "application/json");
        headers.set(dialect.requestIdHeader(), requestId);
        headers.set(AGYN_REQUEST_ID, requestId);
        headers.set("x-content-type-options", "nosniff");
        exchange.end(Buffer.buffer(json));
        exchange.discardBody();
    }

    /** Returns the error for a request for a WebSocket at a path without one, and sets the header that it needs. */
    public static ProxyError upgradeRequired(HttpServerRequest request, String path) {
        request.response().putHeader(HttpHeaderNames.UPGRADE, "HTTP/2.0");
        return ProxyError.of(
                Kind.UPGRADE_REQUIRED,
                "WebSocket is not supported here: send POST " + path + ", with \"stream\": true for events.");
    }

    /** Returns the headers of an error for the {@code error} event of a WebSocket. */
    public static MultiMap headers(Dialect dialect, ProxyError error, String requestId) {
        MultiMap headers = HttpHeaders.headers();
        setHeaders(headers, error);
        headers.set(dialect.requestIdHeader(), requestId);
        headers.set(AGYN_REQUEST_ID, requestId);
        return headers;
    }

    private static void setHeaders(MultiMap headers, ProxyError error) {
        if (error.kind() == Kind.UNAVAILABLE || error.kind() == Kind.TOO_MANY_CALLS) {
            headers.set(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        if (error.kind() == Kind.TOO_MANY_REQUESTS) {
            headers.set(HttpHeaderNames.RETRY_AFTER, Long.toString(Throttle.WINDOW.toSeconds()));
        }
        error.headers().forEach(header -> headers.set(header.getKey(), header.getValue()));
        headers.set(AGYN_ERROR, error.kind().code());
    }

    /** Responds with an error. */
    public static void reject(Exchange exchange, Dialect dialect, ProxyError error, String requestId) {
        if (error.kind() == Kind.UNAUTHENTICATED) {
            exchange.responseHeaders().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"agyn\"");
        }
        setHeaders(exchange.responseHeaders(), error);
        respond(exchange, dialect, error.status(), dialect.error(error, requestId), requestId);
    }
}
