package io.agyn.proxy.forwarding;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Identity;
import io.agyn.proxy.body.EventFields;
import io.agyn.proxy.body.ResponseReader;
import io.agyn.proxy.dialect.ProviderErrors;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.dialect.ProxyError.Kind;
import io.agyn.proxy.exchange.RequestBody;
import io.agyn.proxy.routing.Target;
import io.agyn.proxy.websocket.Handshake;
import io.agyn.usage.Outcome;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.Http2Error;
import io.vertx.core.AsyncResult;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A call's provider side over WebSocket: reuse or open the session's WebSocket to the provider, send, follow the events. */
final class WebSocketAttempt extends Attempt implements UpstreamConnector.Listener {
    private static final int MAX_PROVIDERS = 4;
    private static final int SWITCHING_PROTOCOLS = 101;
    private static final int MAX_ERROR_BYTES = 64 << 10;
    private static final Duration NO_LIMIT = Duration.ofNanos(Long.MAX_VALUE);

    private final WebSocketExchange message;
    private final WebSocketSession session;
    private final String uri;
    private final UpstreamConnector connector;
    private final ResponseReader reader = ResponseReader.ofMessages();
    // Null except while the provider's WebSocket is opened.
    private @Nullable HttpClientRequest opening;
    private @Nullable ProviderSocket provider;
    private boolean isSent;
    private boolean hasBegun;

    WebSocketAttempt(
            Call call, ProxyContext proxy, WebSocketExchange message, RequestBody body, Target target, String uri) {
        super(call, proxy, message.session().context(), message, body, target);
        this.message = message;
        this.session = message.session();
        this.uri = uri;
        this.connector = new UpstreamConnector(
                proxy.shared().upstreams(),
                session.context(),
                target,
                proxy.shared().limits().connect(),
                this);
    }

    Identity caller() {
        return call.identity();
    }

    // Connect

    @Override
    void onSlot() {
        ProviderSocket open = session.providers().find(target);
        if (!target.webSocket()) {
            failWithoutWebSocket(Outcome.REFUSED);
        } else if (open != null) {
            send(open);
        } else if (proxy.shared().webSockets().refusals().contains(target.providerId(), target.endpoint())) {
            failWithoutWebSocket(Outcome.REFUSED);
        } else if (session.providers().size() == MAX_PROVIDERS) {
            call.fail(
                    ProxyError.of(
                            Kind.INVALID_REQUEST,
                            "One WebSocket can use models of at most " + MAX_PROVIDERS
                                    + " LLM providers; open another one."),
                    Outcome.REFUSED);
        } else {
            call.enter(new Connecting());
            connector.connect(
                    proxy.shared()
                            .upstreams()
                            .loop()
                            .webSocketClient(target.endpoint().tls()),
                    HttpMethod.GET,
                    uri);
        }
    }

    @Override
    public void onFailed(ProxyError error) {
        call.fail(error, Outcome.UPSTREAM_ERROR);
    }

    @Override
    public void onOpened(HttpClientRequest opened) {
        opening = opened;
        call.guard(() -> {
            setHeaders(opened);
            String key = Handshake.request(opened.headers());
            call.enter(new AwaitingUpgrade());
            opened.exceptionHandler(broken -> {
                // The response fails too.
            });
            opened.connect(result -> onResponse(opened, key, result));
        });
    }

    /** Waits for the provider to accept the WebSocket. */
    final class AwaitingUpgrade implements CallState {
        @Override
        public Duration limit() {
            return proxy.shared().limits().connect();
        }

        @Override
        public void onLimit() {
            call.fail(ProviderErrors.responseTimeout(target, limit()), Outcome.UPSTREAM_ERROR);
        }
    }

    private void onResponse(HttpClientRequest sent, String key, AsyncResult<HttpClientResponse> result) {
        if (call.isFinished()) {
            sent.reset(Http2Error.CANCEL.code());
            return;
        }
        if (result.failed()) {
            call.fail(ProviderErrors.brokenResponse(target), Outcome.UPSTREAM_ERROR);
            return;
        }
        HttpClientResponse head = result.result();
        head.exceptionHandler(broken -> onFailed(ProviderErrors.brokenResponse(target)));
        int status = head.statusCode();
        if (status == SWITCHING_PROTOCOLS) {
            if (Handshake.isAccepted(head.headers(), key)) {
                call.guard(() -> open(sent, head));
            } else {
                call.fail(ProviderErrors.invalidUpgrade(target), Outcome.UPSTREAM_ERROR);
            }
        } else if (Redirect.is(status)) {
            call.fail(Redirect.error(target, call.path().path(), head), Outcome.UPSTREAM_ERROR);
        } else if (WebSocketRefusals.isRefusal(status)) {
            proxy.shared().webSockets().refusals().add(target.providerId(), target.endpoint());
            failWithoutWebSocket(Outcome.UPSTREAM_ERROR);
        } else {
            noteStatus(status);
            readError(head);
        }
    }

    private void failWithoutWebSocket(Outcome outcome) {
        proxy.shared().webSockets().refusals().addToken(caller().credential().id(), target.providerId());
        call.fail(ProviderErrors.noWebSocket(target), outcome);
    }

    /** Reads a small response with which the provider rejects the WebSocket. */
    private void readError(HttpClientResponse head) {
        Buffer body = Buffer.buffer();
        head.handler(piece -> {
            if (body.length() <= MAX_ERROR_BYTES) {
                body.appendBuffer(piece);
            }
        });
        head.endHandler(end -> {
            if (!call.isFinished()) {
                opening = null;
                message.setStatus(head.statusCode());
                call.finish(Outcome.UPSTREAM_ERROR);
                session.writeProviderError(head.statusCode(), body, call.requestId(), message.streamId());
            }
        });
    }

    private void open(HttpClientRequest sent, HttpClientResponse head) {
        Channel channel = ((ConnectionBase) sent.connection()).channel();
        ProviderSocket opened = new ProviderSocket(session, target, channel);
        channel.pipeline().addBefore("handler", "webSocket", opened.socket());
        // Bytes that came with the head and were read before the handler was added.
        head.handler(bytes -> opened.socket().receive(bytes.getByteBuf()));
        head.exceptionHandler(closed -> {
            // The socket sees it.
        });
        opening = null;
        session.add(opened);
        send(opened);
    }

    // Send

    private void send(ProviderSocket open) {
        provider = open;
        session.providers().use(open);
        call.enter(new AwaitingResponse());
        open.begin(this);
        body.pass(new MessageSink(open, this::onPassed), target.remoteModel(), false);
    }

    private void onPassed() {
        isSent = true;
        requireNonNull(provider, "provider is null").add(this, message.streamId());
        message.onPassed();
    }

    /** Follows a response that the provider started by itself. */
    void follow(ProviderSocket open) {
        provider = open;
        isSent = true;
        message.onPassed();
        call.enter(new AwaitingResponse());
    }

    /** Sends the message, and waits for the first event, possibly behind other responses of the lane. */
    final class AwaitingResponse implements CallState {
        @Override
        public Duration limit() {
            if (!isSent) {
                return proxy.shared().limits().idle();
            }
            return requireNonNull(provider, "provider is null").isFirst(WebSocketAttempt.this)
                    ? proxy.shared().limits().firstByte()
                    : NO_LIMIT;
        }

        @Override
        public void onLimit() {
            if (isSent || body.waitsForProvider()) {
                call.fail(ProviderErrors.responseTimeout(target, limit()), Outcome.UPSTREAM_ERROR);
            } else {
                call.abandon();
            }
        }
    }

    /** Handles the end of the responses before it on its lane. */
    void onFirst() {
        call.enter(new AwaitingResponse());
    }

    // Forward

    void onEvent(EventFields event) {
        if (call.isFinished()) {
            return;
        }
        if (!hasBegun) {
            hasBegun = true;
            int status = status(event);
            message.begin(status);
            noteStatus(status);
            call.enter(new Forwarding());
        }
        reader.read(event);
        call.objects().onRead(reader);
        call.onResponseBytes(true);
    }

    private static int status(EventFields event) {
        String status = event.text(EventFields.STATUS);
        return status != null && "error".equals(event.text(EventFields.TYPE)) && status.matches("[1-5][0-9][0-9]")
                ? Integer.parseInt(status)
                : 200;
    }

    final class Forwarding implements CallState {
        @Override
        public Duration limit() {
            return proxy.shared().limits().idle();
        }

        @Override
        public void onLimit() {
            if (session.waitsForCaller()) {
                call.abandon();
            } else {
                call.fail(ProviderErrors.silentResponse(target, limit()), Outcome.UPSTREAM_TRUNCATED);
            }
        }
    }

    @Override
    void interrupt(ProxyError error, Outcome outcome) {
        call.finish(outcome);
        message.reject(call.dialect(), error, call.requestId());
    }

    // Close

    @Override
    @Nullable
    ResponseReader reader() {
        return hasBegun ? reader : null;
    }

    @Override
    void disconnect() {
        connector.close();
        if (opening != null) {
            opening.reset(Http2Error.CANCEL.code());
        }
        // After part of a message, the WebSocket can carry no other one.
        if (provider != null && !(hasLastEvent() && isSent)) {
            provider.giveUp(this);
        }
    }
}
