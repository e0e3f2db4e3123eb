package io.agyn.proxy.forwarding;

import io.agyn.proxy.body.BatchModels;
import io.agyn.proxy.body.PassedBody;
import io.agyn.proxy.body.RequestFields;
import io.agyn.proxy.body.RequestScanner;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.dialect.Operation.RouteSource;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.dialect.ProxyError.Kind;
import io.agyn.proxy.exchange.Exchange;
import io.agyn.proxy.exchange.RequestBody;
import java.time.Duration;

/** Reads the request of a call as far as the value of {@code model}. */
final class ReadingModel implements CallState {
    // Deeper than any model call needs; each level takes one bit of memory.
    static final int MAX_DEPTH = 1000;

    private final Call call;
    private final ProxyContext proxy;
    private final LoopState loop;
    private final RequestBody body;

    ReadingModel(Call call, ProxyContext proxy, LoopState loop, RequestBody body) {
        this.call = call;
        this.proxy = proxy;
        this.loop = loop;
        this.body = body;
    }

    /** Returns the body of a call, with the scanner of its operation. */
    static RequestBody newBody(
            ProxyContext proxy, Exchange exchange, Operation operation, RequestBody.Listener listener) {
        return new RequestBody(
                exchange,
                exchange.bodyLength(),
                proxy.shared().limits().body(),
                scanner(exchange, operation),
                listener);
    }

    private static RequestScanner scanner(Exchange exchange, Operation operation) {
        if (exchange instanceof WebSocketExchange message) {
            return message.fields();
        }
        if (operation.routeSource() != RouteSource.BODY_MODEL) {
            return new PassedBody();
        }
        if (operation == Operation.CREATE_BATCH) {
            return new BatchModels(MAX_DEPTH);
        }
        return switch (operation.protocol()) {
            case RESPONSES -> RequestFields.ofResponses(MAX_DEPTH);
            case ANTHROPIC_MESSAGES -> RequestFields.ofMessages(MAX_DEPTH);
        };
    }

    @Override
    public void onTick(long silence) {
        body.retryMemory();
        Duration longest = proxy.shared().limits().model();
        if (loop.now() - call.recorder().started() > longest.toNanos()) {
            call.reject(ProxyError.of(
                    Kind.REQUEST_TIMED_OUT,
                    "The call's \"model\" did not arrive within " + longest.toSeconds()
                            + " s; send it before large fields."));
        }
    }

    @Override
    public Duration limit() {
        return body.waitsForMemory()
                ? proxy.shared().limits().queue()
                : proxy.shared().limits().idle();
    }

    @Override
    public void onLimit() {
        if (body.waitsForMemory()) {
            call.reject(ProxyError.of(
                    Kind.UNAVAILABLE,
                    "The memory for request bodies is full; try again soon, and send"
                            + " \"model\" before large fields."));
        } else {
            call.abandon();
        }
    }
}
