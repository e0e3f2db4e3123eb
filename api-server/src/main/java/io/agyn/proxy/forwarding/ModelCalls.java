package io.agyn.proxy.forwarding;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Identity;
import io.agyn.api.model.Protocol;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.exchange.InProcessExchange;
import io.agyn.proxy.exchange.ModelCall;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Singleton;
import java.util.Map;

/**
 * Model calls by this server itself, with a given identity instead of an API token. They run through the LLM Proxy's
 * code: the same routes, limits, credentials, usage records and error responses as an agent's call.
 */
@Singleton
public final class ModelCalls {
    private final Vertx vertx;
    private final ProxyContext calls;

    ModelCalls(Vertx vertx, ProxyContext calls) {
        this.vertx = requireNonNull(vertx, "vertx is null");
        this.calls = requireNonNull(calls, "calls is null");
    }

    /**
     * Starts a call.
     *
     * @param protocol the model's protocol
     * @param identity the caller
     * @param headers the request headers, with lower-case names; an {@code x-request-id} becomes the id of the call
     * @param body a JSON object with the {@code model}
     */
    public ModelCall begin(Protocol protocol, Identity identity, Map<String, String> headers, byte[] body) {
        Context context = vertx.getOrCreateContext();
        MultiMap sent = MultiMap.caseInsensitiveMultiMap().addAll(headers);
        sent.set(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(body.length));
        InProcessExchange call = new InProcessExchange(context, sent, Buffer.buffer(body));
        context.runOnContext(on -> Call.begin(calls, Operation.creating(protocol), call, identity));
        return call;
    }
}
