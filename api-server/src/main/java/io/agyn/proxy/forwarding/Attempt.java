package io.agyn.proxy.forwarding;

import static java.util.Objects.requireNonNull;

import io.agyn.proxy.body.ResponseReader;
import io.agyn.proxy.dialect.ProviderErrors;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.exchange.Exchange;
import io.agyn.proxy.exchange.LoopDetection;
import io.agyn.proxy.exchange.RequestBody;
import io.agyn.proxy.routing.FallbackReason;
import io.agyn.proxy.routing.RemoteCredential;
import io.agyn.proxy.routing.Target;
import io.agyn.usage.CallUsage;
import io.agyn.usage.Outcome;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Context;
import io.vertx.core.http.HttpClientRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A call's provider side. All methods run on the call's event loop. */
abstract sealed class Attempt permits HttpAttempt, WebSocketAttempt {
    final Call call;
    final ProxyContext proxy;
    final Context context;
    final Exchange exchange;
    final RequestBody body;
    final Target target;
    private final Slot slot;

    Attempt(Call call, ProxyContext proxy, Context context, Exchange exchange, RequestBody body, Target target) {
        this.call = call;
        this.proxy = proxy;
        this.context = context;
        this.exchange = exchange;
        this.body = body;
        this.target = target;
        this.slot = new Slot(proxy.shared().upstreams().bulkhead(target.endpoint()), context, this::onSlot);
    }

    // Connect

    final void start() {
        call.enter(new Queueing());
        slot.take();
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

    /** A slot is taken. */
    abstract void onSlot();

    final class Connecting implements CallState {
        @Override
        public Duration limit() {
            return proxy.shared().limits().connect();
        }

        @Override
        public void onLimit() {
            call.failOver(
                    FallbackReason.CONNECTION, null, ProviderErrors.connectTimeout(target), Outcome.UPSTREAM_ERROR);
        }
    }

    /** Sets the headers of a request to the provider. */
    final void setHeaders(HttpClientRequest opened) {
        proxy.shared().headers().toProvider(exchange.headers(), opened.headers(), target.credentials());
        if (!keepAlive().isZero()) {
            // Nothing can be inserted into a compressed stream.
            opened.headers().set(HttpHeaderNames.ACCEPT_ENCODING, HttpHeaderValues.IDENTITY);
        }
        opened.headers().set(LoopDetection.HEADER, proxy.shared().loops().next(exchange.headers()));
        call.trace().inject(opened.headers());
    }

    /** How long the provider's stream may be silent before the caller gets a keep-alive; zero for none. */
    final Duration keepAlive() {
        Duration own = target.keepAlive();
        return own == null ? proxy.shared().limits().keepAlive() : own;
    }

    // Forward

    /** Has a remote secret read again if the provider rejected its value. */
    final void noteStatus(int status) {
        RemoteCredential credential = target.remoteCredential();
        if (credential != null && credential.value() != null && isRejection(status)) {
            proxy.onRejected(credential.reference(), credential.value());
        }
    }

    private static boolean isRejection(int status) {
        return status == HttpResponseStatus.UNAUTHORIZED.code() || status == HttpResponseStatus.FORBIDDEN.code();
    }

    static boolean isSuccess(int status) {
        return status >= 200 && status < 300;
    }

    /** Ends the call with an error after the head of the response was sent. */
    abstract void interrupt(ProxyError error, Outcome outcome);

    // Close

    /** The contents of the response that is forwarded; null before its head has arrived. */
    abstract @Nullable ResponseReader reader();

    final boolean hasResponse() {
        return reader() != null;
    }

    /** Whether the provider has sent the last event of its stream; then the connection does not affect the outcome. */
    final boolean hasLastEvent() {
        ResponseReader reader = reader();
        return reader != null && reader.isTerminated();
    }

    /** The outcome of a response that has ended, or whose last event has been read. */
    final Outcome outcome() {
        ResponseReader reader = requireNonNull(reader(), "no response");
        // A retrieved response may have failed, while its retrieval has not.
        if (!isSuccess(exchange.status())
                || reader.hasFailed() && call.path().operation().reportsUsage()) {
            return Outcome.UPSTREAM_ERROR;
        }
        return reader.isReadableStream() && !reader.isTerminated() ? Outcome.UPSTREAM_TRUNCATED : Outcome.COMPLETED;
    }

    final boolean isStream() {
        ResponseReader reader = reader();
        return reader != null && reader.isStream();
    }

    final CallUsage usage() {
        ResponseReader reader = reader();
        return reader == null ? CallUsage.NONE : reader.tokens().usage(reader.usageUnknownReason());
    }

    /** Releases the provider's side. */
    final void close() {
        disconnect();
        slot.close();
        ResponseReader reader = reader();
        if (reader != null) {
            reader.close();
        }
    }

    /** Ends the exchange with the provider. */
    abstract void disconnect();
}
