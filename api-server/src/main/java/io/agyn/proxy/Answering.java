package io.agyn.proxy;

import io.agyn.access.Throttle;
import io.agyn.proxy.Refusal.Kind;
import io.agyn.rest.RequestIds;
import io.agyn.rest.UnreadBodies;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.UUID;

/** How the proxy answers for itself. */
final class Answering {
    /** The header that carries the proxy's id of a call beside the provider's own. */
    static final String AGYN_REQUEST_ID = "x-agyn-request-id";

    /** The header that says that an answer is an error of the proxy's own, and which: what a provider sends has none. */
    static final String AGYN_ERROR = "x-agyn-error";

    private static final String RETRY_AFTER_SECONDS = "2";

    private Answering() {}

    /** The id that the caller gave the call, or else one of ours. */
    static String requestId(HttpServerRequest request, UUID ours) {
        return RequestIds.given(request).orElseGet(ours::toString);
    }

    /** Answers JSON. */
    static void answer(HttpServerRequest request, Dialect dialect, int status, byte[] json, String requestId) {
        HttpServerResponse response = request.response();
        response.setStatusCode(status);
        response.putHeader(HttpHeaderNames.CONTENT_TYPE, "application/json");
        response.putHeader(dialect.requestIdHeader(), requestId);
        response.putHeader(AGYN_REQUEST_ID, requestId);
        response.putHeader("x-content-type-options", "nosniff");
        response.end(Buffer.buffer(json));
        discardBody(request);
    }

    /** Answers that the call is refused. */
    static void refuse(HttpServerRequest request, Dialect dialect, Refusal refusal, String requestId) {
        if (refusal.kind() == Kind.UNAUTHENTICATED) {
            request.response().putHeader(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"agyn\"");
        }
        if (refusal.kind() == Kind.UNAVAILABLE || refusal.kind() == Kind.TOO_MANY_CALLS) {
            request.response().putHeader(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        if (refusal.kind() == Kind.TOO_MANY_REQUESTS) {
            request.response().putHeader(HttpHeaderNames.RETRY_AFTER, Long.toString(Throttle.WINDOW.toSeconds()));
        }
        request.response().putHeader(AGYN_ERROR, refusal.kind().code());
        answer(request, dialect, refusal.status(), dialect.error(refusal, requestId), requestId);
    }

    /** Takes what is left of a body that nobody waits for, so that the answer is read. */
    static void discardBody(HttpServerRequest request) {
        UnreadBodies.discard(request);
    }

    /** Ends an answer so that it does not look whole: by a stream's reset, or by the connection's end before its time. */
    static void breakOff(HttpServerRequest request, long code) {
        if (request.version() == HttpVersion.HTTP_2) {
            request.response().reset(code);
        } else {
            request.connection().close();
        }
    }
}
