package io.agyn.proxy;

import io.agyn.access.Throttle;
import io.agyn.proxy.ProxyError.Kind;
import io.agyn.rest.RequestIds;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.UUID;

/** How the proxy answers for itself. */
final class ProxyResponses {
    /** The header that carries the proxy's id of a call beside the provider's own. */
    static final CharSequence AGYN_REQUEST_ID = HttpHeaders.createOptimized("x-agyn-request-id");

    /** The header that says that an answer is an error of the proxy's own, and which: what a provider sends has none. */
    static final CharSequence AGYN_ERROR = HttpHeaders.createOptimized("x-agyn-error");

    private static final String RETRY_AFTER_SECONDS = "2";

    private ProxyResponses() {}

    /** The id that the caller gave the call, or else one of ours. */
    static String requestId(MultiMap headers, UUID ours) {
        return RequestIds.given(headers).orElseGet(ours::toString);
    }

    /** Answers JSON. */
    static void answer(Exchange exchange, Dialect dialect, int status, byte[] json, String requestId) {
        MultiMap headers = exchange.responseHeaders();
        exchange.setStatus(status);
        headers.set(HttpHeaderNames.CONTENT_TYPE, "application/json");
        headers.set(dialect.requestIdHeader(), requestId);
        headers.set(AGYN_REQUEST_ID, requestId);
        headers.set("x-content-type-options", "nosniff");
        exchange.end(Buffer.buffer(json));
        exchange.discardBody();
    }

    /** Answers that the call is refused. */
    static void refuse(Exchange exchange, Dialect dialect, ProxyError refusal, String requestId) {
        // This server calls for a member who tests a model.
        ProxyError shown = exchange.http().isPresent() ? refusal : refusal.detailed();
        if (refusal.kind() == Kind.UNAUTHENTICATED) {
            exchange.responseHeaders().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"agyn\"");
        }
        if (refusal.kind() == Kind.UNAVAILABLE || refusal.kind() == Kind.TOO_MANY_CALLS) {
            exchange.responseHeaders().set(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        if (refusal.kind() == Kind.TOO_MANY_REQUESTS) {
            exchange.responseHeaders().set(HttpHeaderNames.RETRY_AFTER, Long.toString(Throttle.WINDOW.toSeconds()));
        }
        exchange.responseHeaders().set(AGYN_ERROR, refusal.kind().code());
        answer(exchange, dialect, refusal.status(), dialect.error(shown, requestId), requestId);
    }
}
