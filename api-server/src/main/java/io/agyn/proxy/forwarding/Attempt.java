package io.agyn.proxy.forwarding;

import static java.util.Objects.requireNonNull;

import io.agyn.logging.Exceptions;
import io.agyn.proxy.body.ResponseReader;
import io.agyn.proxy.dialect.ProviderErrors;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.egress.SilentConnectionException;
import io.agyn.proxy.egress.UpstreamConnections;
import io.agyn.proxy.exchange.Exchange;
import io.agyn.proxy.exchange.LoopDetection;
import io.agyn.proxy.exchange.PassedHeaders;
import io.agyn.proxy.exchange.RequestBody;
import io.agyn.proxy.routing.RemoteCredential;
import io.agyn.proxy.routing.Target;
import io.agyn.usage.CallUsage;
import io.agyn.usage.Outcome;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2Error;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A call's provider side: connect, send, recover, forward, close. The request is sent again if the provider certainly did
 * not process it. All methods run on the call's event loop.
 */
final class Attempt implements UpstreamConnector.Listener, ResponsePipe.Listener {
    private static final Logger LOG = Logger.getLogger(Attempt.class);
    // After its last event, a provider only has to end the response.
    private static final Duration AFTER_LAST_EVENT = Duration.ofSeconds(1);
    // A provider that does not process a request closes or rejects it early; a model may take minutes.
    private static final Duration REPEATABLE = Duration.ofSeconds(15);

    private final Call call;
    private final ProxyContext proxy;
    private final Context context;
    private final Exchange exchange;
    private final RequestBody body;
    private final Target target;
    private final UpstreamConnector connector;
    private @Nullable HttpClientRequest request;
    private @Nullable ResponsePipe response;
    private boolean repeated;

    Attempt(
            Call call,
            ProxyContext proxy,
            Context context,
            Exchange exchange,
            RequestBody body,
            Target target,
            String uri) {
        this.call = call;
        this.proxy = proxy;
        this.context = context;
        this.exchange = exchange;
        this.body = body;
        this.target = target;
        this.connector = new UpstreamConnector(
                proxy.shared().upstreams(),
                proxy.shared().upstreams().loop(),
                context,
                target,
                call.path().operation().method(),
                uri,
                proxy.shared().limits().connect(),
                this);
    }

    // Connect

    void start() {
        call.enter(new Queueing());
        connector.start();
    }

    /** Waits for a slot among the concurrent calls to the provider's endpoint. */
    final class Queueing implements CallState {
        @Override
        public Duration limit() {
            return proxy.shared().limits().queue();
        }

        @Override
        public void onLimit() {
            call.fail(ProviderErrors.queueTimeout(target), Outcome.REFUSED);
        }
    }

    @Override
    public void onSlot() {
        call.enter(new Connecting());
    }

    final class Connecting implements CallState {
        @Override
        public Duration limit() {
            return proxy.shared().limits().connect();
        }

        @Override
        public void onLimit() {
            call.fail(ProviderErrors.connectTimeout(target), Outcome.UPSTREAM_ERROR);
        }
    }

    @Override
    public void onFailed(ProxyError error) {
        call.fail(error, Outcome.UPSTREAM_ERROR);
    }

    // Send

    @Override
    public void onOpened(HttpClientRequest opened) {
        request = opened;
        call.guard(() -> send(opened));
    }

    private void send(HttpClientRequest opened) {
        proxy.shared().headers().toProvider(exchange.headers(), opened.headers(), target.credentials());
        opened.headers().set(LoopDetection.HEADER, proxy.shared().loops().next(exchange.headers()));
        call.trace().inject(opened.headers());
        call.enter(new AwaitingResponse());
        opened.response(result -> onResponse(opened, result));
        if (repeated) {
            body.repeat(opened);
        } else {
            body.pass(opened, target.remoteModel(), UpstreamConnections.mayBeUnprocessed(opened));
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
                call.fail(ProviderErrors.responseTimeout(target, limit()), Outcome.UPSTREAM_ERROR);
            } else {
                call.abandon();
            }
        }
    }

    // Recover

    private void onResponse(HttpClientRequest sent, AsyncResult<HttpClientResponse> result) {
        if (call.isFinished()) {
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
            forward(head);
        }
    }

    /** Sends a request again that was certainly not processed: in the same slot, on another connection if possible. */
    private boolean sendAgain(HttpClientRequest sent, Throwable cause) {
        if (repeated || !body.isRepeatable() || !UpstreamConnections.isUnprocessed(sent, cause)) {
            return false;
        }
        LOG.debugf("%s did not process a request; it is sent again", target);
        repeated = true;
        connector.reconnect();
        return true;
    }

    // Forward

    private void forward(HttpClientResponse head) {
        RemoteCredential credential = target.remoteCredential();
        if (credential != null && credential.value() != null && isRejection(head.statusCode())) {
            proxy.onRejected(credential.reference(), credential.value());
        }
        call.guard(() -> {
            ResponsePipe pipe = new ResponsePipe(target, head, exchange, this);
            response = pipe;
            call.enter(new Forwarding(pipe));
            pipe.start(call.requestId());
        });
    }

    private static boolean isRejection(int status) {
        return status == HttpResponseStatus.UNAUTHORIZED.code() || status == HttpResponseStatus.FORBIDDEN.code();
    }

    final class Forwarding implements CallState {
        private final ResponsePipe pipe;

        private Forwarding(ResponsePipe pipe) {
            this.pipe = pipe;
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
                call.fail(ProviderErrors.silentResponse(target, limit()), Outcome.UPSTREAM_TRUNCATED);
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
    public void onEnd() {
        if (call.isFinished()) {
            return;
        }
        call.finish(outcome());
        discardUnsent();
    }

    @Override
    public void onBroken(Throwable cause) {
        if (call.isFinished()) {
            return;
        }
        LOG.debugf(Exceptions.withoutMessages(cause), "The call of %s broke", target);
        if (hasLastEvent()) {
            endAfterLastEvent();
            return;
        }
        call.fail(
                cause instanceof SilentConnectionException
                        ? ProviderErrors.silentConnection(target)
                        : ProviderErrors.brokenResponse(target),
                response == null ? Outcome.UPSTREAM_ERROR : Outcome.UPSTREAM_TRUNCATED);
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

    // Close

    /** Whether the provider has sent the last event of its stream; then the connection does not affect the outcome. */
    boolean hasLastEvent() {
        return response != null && response.reader().isTerminated();
    }

    /** The outcome of a response that has ended, or whose last event has been read. */
    Outcome outcome() {
        ResponseReader reader = requireNonNull(response, "response is null").reader();
        boolean succeeded = exchange.status() >= 200 && exchange.status() < 300;
        if (!succeeded || reader.hasFailed()) {
            return Outcome.UPSTREAM_ERROR;
        }
        return reader.isReadableStream() && !reader.isTerminated() ? Outcome.UPSTREAM_TRUNCATED : Outcome.COMPLETED;
    }

    /** The response that is forwarded; null before its head has arrived. */
    @Nullable
    ResponsePipe response() {
        return response;
    }

    boolean isStream() {
        return response != null && response.reader().isStream();
    }

    CallUsage usage() {
        if (response == null) {
            return CallUsage.NONE;
        }
        ResponseReader reader = response.reader();
        return reader.tokens().usage(reader.usageUnknownReason());
    }

    /**
     * Releases the provider's side. A request whose response was not forwarded completely is cancelled; if its last
     * event has been read, the rest is drained instead, so that the connection can be reused.
     */
    void close() {
        if (request != null && !exchange.isEnded()) {
            if (response != null && response.reader().isTerminated() && body.isSent()) {
                response.drain(request, context.owner());
            } else {
                request.reset(Http2Error.CANCEL.code());
            }
        }
        connector.close();
        if (response != null) {
            response.reader().close();
        }
    }
}
