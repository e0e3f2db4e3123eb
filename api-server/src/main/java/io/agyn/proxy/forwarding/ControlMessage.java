package io.agyn.proxy.forwarding;

import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.dialect.ProxyError.Kind;
import io.agyn.proxy.exchange.RequestBody;
import java.time.Duration;

/** Passes on a message of a WebSocket that starts no response, and needs no record. */
final class ControlMessage implements CallState {
    private static final ProxyError WITHOUT_RESPONSE = ProxyError.of(
            Kind.INVALID_REQUEST,
            "No response on this WebSocket precedes this message; start with \"type\": \"response.create\" and a"
                    + " \"model\".");

    private final Call call;
    private final ProxyContext proxy;
    private final RequestBody body;
    private final ProviderSocket to;

    private ControlMessage(Call call, ProxyContext proxy, RequestBody body, ProviderSocket to) {
        this.call = call;
        this.proxy = proxy;
        this.body = body;
        this.to = to;
    }

    /** Passes on the message of a call whose object is complete, if the response that it refers to exists at the provider. */
    static void pass(Call call, ProxyContext proxy, CallRouting routing, WebSocketExchange message, RequestBody body) {
        ProviderSocket to = message.session().providers().receiver(message);
        if (to == null) {
            call.reject(WITHOUT_RESPONSE);
            return;
        }
        // Where a model could be inserted.
        message.fields().takeEdit();
        call.enter(Unlimited.LOOKING_UP);
        routing.settle(body, to::target, () -> {
            call.enter(new ControlMessage(call, proxy, body, to));
            to.forward(call, body, call::release);
        });
    }

    @Override
    public Duration limit() {
        return proxy.shared().limits().idle();
    }

    @Override
    public void onLimit() {
        if (body.waitsForProvider()) {
            to.breakOff();
        } else {
            call.abandon();
        }
    }
}
