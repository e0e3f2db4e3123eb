package io.agyn.proxy.forwarding;

import static java.util.Objects.requireNonNull;

import io.agyn.proxy.body.ResponseReader;
import io.agyn.proxy.dialect.Dialect;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.exchange.Exchange;
import io.agyn.proxy.exchange.PassedHeaders;
import io.agyn.proxy.exchange.ProxyResponses;
import io.agyn.proxy.routing.Target;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.Http2Error;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Streams a provider's response to the caller: no byte changes, reading keeps pace with the caller, and an
 * interrupted response never looks complete. Keep-alives are inserted between events, and before the first one, where a
 * byte order mark could follow; no provider sends one.
 */
final class ResponsePipe {
    private static final long UNKNOWN = -1;
    private static final int MAX_DRAINED_BYTES = 64 * 1024;
    private static final int MAX_HELD_BYTES = 64 * 1024;
    private static final Duration MAX_DRAIN_TIME = Duration.ofSeconds(1);

    interface Listener {
        /** Part of the body has arrived. */
        void onBytes();

        /** That part was read; it is forwarded next. */
        void onRead();

        /** The head is sent next, with these headers. */
        void onHead(MultiMap headers);

        /**
         * The response was held back, and has failed before the caller got anything of it.
         *
         * @return whether the caller gets another response instead
         */
        boolean onFailedStart();

        /** The whole response was forwarded. */
        void onEnd();

        /** The response was interrupted. */
        void onBroken(Throwable cause);
    }

    private final Target target;
    private final HttpClientResponse from;
    private final Exchange to;
    private final Listener listener;
    private final ResponseReader reader;
    private final long length;
    private final boolean providerEndsByClosing;
    private final boolean callerEndsByClosing;
    private long received;
    private boolean waitsForCaller;
    private @Nullable Throwable failure;
    // The start of a stream whose head was not sent, since its first event may be an error.
    private @Nullable Buffer held;
    private String requestId = "";

    /**
     * @param target the call's target
     * @param to the caller's side
     */
    ResponsePipe(Target target, Operation operation, HttpClientResponse from, Exchange to, Listener listener) {
        this.target = target;
        this.from = from;
        this.to = to;
        this.listener = listener;
        MultiMap headers = from.headers();
        String encoding = headers.get(HttpHeaderNames.CONTENT_ENCODING);
        this.reader = operation == Operation.BATCH_RESULTS
                ? ResponseReader.ofBatchResults(encoding)
                : new ResponseReader(target.protocol(), headers.get(HttpHeaderNames.CONTENT_TYPE), encoding);
        String given = headers.get(HttpHeaderNames.CONTENT_LENGTH);
        this.length = given == null ? UNKNOWN : Long.parseLong(given);
        this.providerEndsByClosing = from.version() != HttpVersion.HTTP_2
                && length == UNKNOWN
                && !headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
                && mayHaveBody(from.statusCode());
        // HTTP/1.0 has no chunks.
        this.callerEndsByClosing = to.endsByClosing() && length == UNKNOWN;
    }

    /** The contents of the response so far. */
    ResponseReader reader() {
        return reader;
    }

    /** Whether reading is paused until the caller takes more. */
    boolean waitsForCaller() {
        return waitsForCaller;
    }

    /** Whether an event can be inserted now. */
    boolean acceptsEvent() {
        return length == UNKNOWN && reader.isBetweenEvents();
    }

    /** Sends a keep-alive to the caller, if it can be inserted now and the caller keeps reading. */
    boolean sendKeepAlive() {
        if (!acceptsEvent() || reader.isTerminated() || waitsForCaller || to.isWriteQueueFull()) {
            return false;
        }
        if (held != null) {
            release(held);
        }
        to.write(Buffer.buffer(Dialect.of(target.protocol()).keepAlive()));
        return true;
    }

    /**
     * Forwards the head, and the body as it arrives.
     *
     * @param requestId the call's id, which is added to the head
     * @param holdsStart whether a stream is held back until its first event has arrived, or a keep-alive is due
     */
    void start(String requestId, boolean holdsStart) {
        this.requestId = requestId;
        from.handler(this::receive);
        from.endHandler(this::end);
        from.exceptionHandler(this::fail);
        if (holdsStart && reader.isReadableStream()) {
            held = Buffer.buffer();
            return;
        }
        setHead();
        if (reader.isStream()) {
            // The first event may take minutes. The head of a plain response goes out with its body, in one write.
            to.writeHead();
        }
    }

    private void setHead() {
        to.setStatus(from.statusCode());
        PassedHeaders.toCaller(from.headers(), to.responseHeaders(), target.credentials());
        to.responseHeaders().set(ProxyResponses.AGYN_REQUEST_ID, requestId);
        listener.onHead(to.responseHeaders());
        if (length == UNKNOWN && mayHaveBody(from.statusCode())) {
            to.setChunked();
        }
    }

    private void receive(Buffer buffer) {
        ByteBuf bytes = buffer.getByteBuf();
        received += bytes.readableBytes();
        listener.onBytes();
        read(bytes);
        if (held != null) {
            hold(held.appendBuffer(buffer));
        } else {
            listener.onRead();
            forward(buffer);
        }
    }

    private void hold(Buffer start) {
        if (reader.hasFailed() && listener.onFailedStart()) {
            return;
        }
        if (reader.hasEvent() || received == length || start.length() > MAX_HELD_BYTES) {
            release(start);
        }
    }

    /** Sends the head and the part of the response that was held back. */
    private void release(Buffer start) {
        held = null;
        setHead();
        listener.onRead();
        to.writeHead();
        if (start.length() > 0) {
            forward(start);
        }
    }

    private void forward(Buffer buffer) {
        if (received == length) {
            reader.end();
            to.end(buffer);
            listener.onEnd();
            return;
        }
        to.write(buffer);
        if (to.isWriteQueueFull()) {
            waitsForCaller = true;
            from.pause();
            to.onDrain(this::resume);
        }
    }

    private void resume() {
        waitsForCaller = false;
        from.resume();
        Throwable cause = failure;
        if (cause != null) {
            // After the data that has arrived and is forwarded now.
            requireNonNull(Vertx.currentContext(), "not on an event loop").runOnContext(passed -> fail(cause));
        }
    }

    /**
     * Data that arrived earlier is forwarded first: it may be complete, and the failure may follow it (RFC 9113,
     * section 8.1).
     */
    private void fail(Throwable cause) {
        failure = cause;
        if (!waitsForCaller) {
            listener.onBroken(cause);
        }
    }

    private void read(ByteBuf bytes) {
        if (bytes.hasArray()) {
            int start = bytes.arrayOffset() + bytes.readerIndex();
            reader.read(bytes.array(), start, start + bytes.readableBytes());
        } else {
            byte[] copy = new byte[bytes.readableBytes()];
            bytes.getBytes(bytes.readerIndex(), copy);
            reader.read(copy, 0, copy.length);
        }
    }

    private void end(Void nothing) {
        reader.end();
        if (held != null && reader.hasFailed() && listener.onFailedStart()) {
            return;
        }
        if (providerEndsByClosing && reader.isReadableStream() && !reader.isTerminated()) {
            listener.onBroken(new IllegalStateException("the connection was closed before the last event"));
            return;
        }
        if (held != null) {
            release(held);
        }
        if (!to.isEnded()) {
            endToCaller();
            listener.onEnd();
        }
    }

    private void endToCaller() {
        to.end();
        if (callerEndsByClosing) {
            // Even if the caller asked to keep it open: nothing else marks the end of the body.
            to.abort(Http2Error.CANCEL.code());
        }
    }

    /** Ends the response to the caller before the provider ends its own. */
    void endEarly() {
        if (length == UNKNOWN) {
            endToCaller();
        } else {
            // The head announced more bytes.
            to.abort(Http2Error.CANCEL.code());
        }
    }

    /**
     * Reads the rest of the provider's response after the caller has disconnected, so that the connection can be
     * reused. If that takes more than {@value #MAX_DRAINED_BYTES} bytes or one second, the provider's call is
     * cancelled.
     */
    void drain(HttpClientRequest provider, Vertx vertx) {
        long bound = received + MAX_DRAINED_BYTES;
        long timer = vertx.setTimer(MAX_DRAIN_TIME.toMillis(), late -> provider.reset(Http2Error.CANCEL.code()));
        from.handler(buffer -> {
            received += buffer.length();
            if (received > bound) {
                vertx.cancelTimer(timer);
                provider.reset(Http2Error.CANCEL.code());
            }
        });
        from.endHandler(ended -> vertx.cancelTimer(timer));
        from.exceptionHandler(broken -> vertx.cancelTimer(timer));
        from.resume();
    }

    private static boolean mayHaveBody(int status) {
        return status != 204 && status != 304;
    }
}
