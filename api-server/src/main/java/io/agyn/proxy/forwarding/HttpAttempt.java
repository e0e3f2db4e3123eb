package io.agyn.proxy.forwarding;

import static java.util.Objects.requireNonNull;

import io.agyn.logging.Exceptions;
import io.agyn.proxy.body.ResponseReader;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.dialect.ProviderErrors;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.egress.SilentConnectionException;
import io.agyn.proxy.egress.UpstreamConnections;
import io.agyn.proxy.exchange.BodySink;
import io.agyn.proxy.exchange.Exchange;
import io.agyn.proxy.exchange.HttpBodySink;
import io.agyn.proxy.exchange.PassedHeaders;
import io.agyn.proxy.exchange.RequestBody;
import io.agyn.proxy.routing.FallbackReason;
import io.agyn.proxy.routing.Target;
import io.agyn.usage.Outcome;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http2.Http2Error;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A call's provider side over HTTP: connect, send, recover, forward, close. The request is sent again if the provider
 * certainly did not process it.
 */
final class HttpAttempt extends Attempt implements UpstreamConnector.Listener, ResponsePipe.Listener {
    private static final Logger LOG = Logger.getLogger(HttpAttempt.class);
    // After its last event, a provider only has to end the response.
    private static final Duration AFTER_LAST_EVENT = Duration.ofSeconds(1);
    // A provider that does not process a request closes or rejects it early; a model may take minutes.
    private static final Duration REPEATABLE = Duration.ofSeconds(15);

    private final String uri;
    private final UpstreamConnector connector;
    private @Nullable HttpClientRequest request;
    private @Nullable ResponsePipe response;
    // In place of the pipe.
    private @Nullable BatchResponse batches;
    private boolean repeated;
    private boolean isClosed;

    HttpAttempt(
            Call call,
            ProxyContext proxy,
            Context context,
            Exchange exchange,
            RequestBody body,
            Target target,
            String uri) {
        super(call, proxy, context, exchange, body, target);
        this.uri = uri;
        this.connector = new UpstreamConnector(
                proxy.shared().upstreams(),
                context,
                target,
                proxy.shared().limits().connect(),
                this);
    }

    @Override
    void onSlot() {
        call.enter(new Connecting());
        connect();
    }

    private void connect() {
        LoopState loop = proxy.shared().upstreams().loop();
        connector.connect(
                loop.client(target.endpoint().tls()), call.path().operation().method(), uri);
    }

    @Override
    public void onFailed(ProxyError error) {
        // The LLM provider is not to blame for the limit of this server.
        if (error.kind() == ProxyError.Kind.UNAVAILABLE) {
            call.fail(error, Outcome.UPSTREAM_ERROR);
        } else {
            call.failOver(FallbackReason.CONNECTION, null, error, Outcome.UPSTREAM_ERROR);
        }
    }

    // Send

    @Override
    public void onOpened(HttpClientRequest opened) {
        request = opened;
        call.guard(() -> send(opened));
    }

    private void send(HttpClientRequest opened) {
        setHeaders(opened);
        if (operation().isRewritten()) {
            opened.headers().set(HttpHeaderNames.ACCEPT_ENCODING, HttpHeaderValues.IDENTITY);
        }
        call.enter(new AwaitingResponse());
        opened.response(result -> onResponse(opened, result));
        BodySink sink = new HttpBodySink(opened);
        if (repeated) {
            body.repeat(sink);
        } else if (body.isPassed()) {
            body.replay(sink, target.remoteModel());
        } else {
            body.pass(sink, target.remoteModel(), UpstreamConnections.mayBeUnprocessed(opened));
        }
    }

    /** Sends the request, and waits for the head of the response, which may come before the request is sent. */
    final class AwaitingResponse implements CallState {
        @Override
        public void onTick(long silence) {
            if (silence > REPEATABLE.toNanos()) {
                body.dropCopy();
            }
        }

        // A provider's time starts when it has the whole request.
        @Override
        public Duration limit() {
            return body.isSent()
                    ? proxy.shared().limits().firstByte()
                    : proxy.shared().limits().idle();
        }

        @Override
        public void onLimit() {
            if (body.isSent() || body.waitsForProvider()) {
                call.failOver(
                        FallbackReason.TIMEOUT,
                        null,
                        ProviderErrors.responseTimeout(target, limit()),
                        Outcome.UPSTREAM_ERROR);
            } else {
                call.abandon();
            }
        }
    }

    // Recover

    private void onResponse(HttpClientRequest sent, AsyncResult<HttpClientResponse> result) {
        if (isOver()) {
            return;
        }
        if (result.failed()) {
            if (!sendAgain(sent, result.cause())) {
                onBroken(result.cause());
            }
            return;
        }
        body.dropCopy();
        HttpClientResponse head = result.result();
        if (head.statusCode() < 200) {
            onBroken(new IllegalStateException("an interim response that was not asked for"));
        } else if (!PassedHeaders.areValid(head.headers())) {
            call.fail(ProviderErrors.invalidHeader(target), Outcome.UPSTREAM_ERROR);
        } else if (Redirect.is(head.statusCode())) {
            call.fail(Redirect.error(target, call.path().path(), head), Outcome.UPSTREAM_ERROR);
        } else {
            FallbackReason reason = FallbackReason.ofStatus(head.statusCode());
            if (reason == null
                    || !call.failOver(reason, Failover.retryAfter(head.headers()), () -> drain(sent, head))) {
                forward(head);
            }
        }
    }

    /** Reads the response that another one replaces, so that the connection can be reused. */
    private void drain(HttpClientRequest sent, HttpClientResponse head) {
        if (body.isSent()) {
            ResponsePipe unused = new ResponsePipe(target, operation(), head, exchange, this);
            unused.reader().close();
            unused.drain(sent, context.owner());
            request = null;
        } else {
            head.exceptionHandler(reset -> {
                // It is cancelled, since the rest of the body goes elsewhere.
            });
        }
    }

    /** Whether nothing that still arrives matters. */
    private boolean isOver() {
        return isClosed || call.isFinished();
    }

    /** Sends a request again that was certainly not processed: in the same slot, on another connection if possible. */
    private boolean sendAgain(HttpClientRequest sent, Throwable cause) {
        if (repeated || !body.isRepeatable() || !UpstreamConnections.isUnprocessed(sent, cause)) {
            return false;
        }
        LOG.debugf("%s did not process a request; it is sent again", target);
        repeated = true;
        connect();
        return true;
    }

    // Forward

    private void forward(HttpClientResponse head) {
        noteStatus(head.statusCode());
        call.guard(() -> {
            if (operation().isRewritten() && isSuccess(head.statusCode())) {
                batches = new BatchResponse(call, proxy, target, head, exchange, this::onEnd);
                call.enter(batches);
                batches.start(this::onBroken);
                return;
            }
            ResponsePipe pipe = new ResponsePipe(target, operation(), head, exchange, this);
            response = pipe;
            call.enter(new Forwarding(pipe));
            Failover targets = call.failover();
            boolean holdsStart = targets != null && isSuccess(head.statusCode()) && targets.hasNext(body);
            if (!holdsStart) {
                body.dropReplay();
            }
            pipe.start(call.requestId(), holdsStart);
        });
    }

    final class Forwarding implements CallState {
        private final ResponsePipe pipe;

        private final long keepAlive = keepAlive().toNanos();
        private long lastKeepAlive = proxy.shared().upstreams().loop().now();

        private Forwarding(ResponsePipe pipe) {
            this.pipe = pipe;
        }

        // A keep-alive is no progress, so the provider's silence still ends the call.
        @Override
        public void onTick(long silence) {
            long now = proxy.shared().upstreams().loop().now();
            if (keepAlive > 0 && Math.min(silence, now - lastKeepAlive) >= keepAlive && pipe.sendKeepAlive()) {
                lastKeepAlive = now;
                proxy.onKeepAlive();
            }
        }

        @Override
        public Duration limit() {
            return waitsForEndOnly()
                    ? AFTER_LAST_EVENT
                    : proxy.shared().limits().idle();
        }

        @Override
        public void onLimit() {
            if (waitsForEndOnly()) {
                endAfterLastEvent();
            } else if (pipe.waitsForCaller()) {
                call.abandon();
            } else {
                call.failOver(
                        FallbackReason.TIMEOUT,
                        null,
                        ProviderErrors.silentResponse(target, limit()),
                        Outcome.UPSTREAM_TRUNCATED);
            }
        }

        private boolean waitsForEndOnly() {
            return hasLastEvent() && !pipe.waitsForCaller();
        }
    }

    @Override
    public void onBytes() {
        call.onResponseBytes(!hasLastEvent());
    }

    @Override
    public void onRead() {
        call.objects().onRead(requireNonNull(response, "response is null").reader());
    }

    @Override
    public void onHead(MultiMap headers) {
        body.dropReplay();
        Failover targets = call.failover();
        if (targets != null) {
            targets.onForward(headers);
        }
    }

    @Override
    public boolean onFailedStart() {
        return call.failOver(FallbackReason.STREAM_ERROR, null, () -> {});
    }

    private Operation operation() {
        return call.path().operation();
    }

    @Override
    public void onEnd() {
        if (isOver()) {
            return;
        }
        call.finish(outcome());
        discardUnsent();
    }

    @Override
    public void onBroken(Throwable cause) {
        if (isOver()) {
            return;
        }
        LOG.debugf(Exceptions.withoutMessages(cause), "The call of %s broke", target);
        if (hasLastEvent()) {
            endAfterLastEvent();
            return;
        }
        boolean isSilent = cause instanceof SilentConnectionException;
        call.failOver(
                isSilent ? FallbackReason.TIMEOUT : FallbackReason.RESET,
                null,
                isSilent ? ProviderErrors.silentConnection(target) : ProviderErrors.brokenResponse(target),
                hasResponse() ? Outcome.UPSTREAM_TRUNCATED : Outcome.UPSTREAM_ERROR);
    }

    /** Ends the caller's response properly after the provider's last event, without waiting for the end of the provider's. */
    private void endAfterLastEvent() {
        requireNonNull(response, "response is null").endEarly();
        call.finish(outcome());
        cancel();
        discardUnsent();
    }

    /** A provider that responds early does not get the rest of the request. */
    private void discardUnsent() {
        if (!body.isSent()) {
            cancel();
            exchange.discardBody();
        }
    }

    private void cancel() {
        requireNonNull(request, "request is null").reset(Http2Error.CANCEL.code());
    }

    @Override
    void interrupt(ProxyError error, Outcome outcome) {
        ResponsePipe pipe = response;
        if (pipe != null && pipe.acceptsEvent()) {
            exchange.write(Buffer.buffer(call.dialect().errorEvent(error, call.requestId(), pipe.reader())));
            call.finish(outcome);
            // Properly, as vendors do: Codex hides an event behind a broken connection.
            pipe.endEarly();
        } else {
            call.finish(outcome);
            exchange.abort(Http2Error.INTERNAL_ERROR.code());
        }
    }

    // Close

    @Override
    @Nullable
    ResponseReader reader() {
        return batches != null ? batches.reader() : response == null ? null : response.reader();
    }

    /**
     * Cancels a request whose response was not forwarded completely; if its last event has been read, the rest is drained
     * instead, so that the connection can be reused.
     */
    @Override
    void disconnect() {
        isClosed = true;
        if (batches != null) {
            batches.close();
        }
        if (request != null && !exchange.isEnded()) {
            if (response != null && response.reader().isTerminated() && body.isSent()) {
                response.drain(request, context.owner());
            } else {
                request.reset(Http2Error.CANCEL.code());
            }
        }
        connector.close();
    }
}
