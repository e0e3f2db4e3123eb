package io.agyn.proxy;

import io.agyn.proxy.body.ResponseReader;
import io.agyn.proxy.routing.Target;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;

/**
 * The answer of a provider, on its way to the caller: not a byte is changed, no more is read than the caller takes, and
 * what breaks off never looks as if it had ended.
 */
final class ResponsePipe {
    private static final long UNKNOWN = -1;
    // "Cancelled, the stream is no longer needed" (RFC 9113, section 7).
    private static final long CANCEL = 0x8;
    private static final int MOST_DRAINED = 64 * 1024;
    private static final Duration LONGEST_DRAIN = Duration.ofSeconds(1);

    /** Learns what becomes of an answer. */
    interface Listener {
        /** Some of the body has arrived. */
        void onBytes();

        /** It has been passed on to its end. */
        void onEnd();

        /** It broke off. */
        void onBroken(Throwable cause);
    }

    private final Target target;
    private final HttpClientResponse from;
    private final Exchange to;
    private final Listener listener;
    private final ResponseReader reader;
    private final long length;
    private final boolean endsByClosing;
    private final boolean isEndedByClosing;
    private long received;
    private boolean waitsForCaller;
    private Throwable failure;

    /**
     * Begins to pass an answer on.
     *
     * @param target where the call went
     * @param to the caller's side
     */
    ResponsePipe(Target target, HttpClientResponse from, Exchange to, Listener listener) {
        this.target = target;
        this.from = from;
        this.to = to;
        this.listener = listener;
        MultiMap headers = from.headers();
        this.reader = new ResponseReader(
                target.protocol(),
                headers.get(HttpHeaderNames.CONTENT_TYPE),
                headers.get(HttpHeaderNames.CONTENT_ENCODING));
        String given = headers.get(HttpHeaderNames.CONTENT_LENGTH);
        this.length = given == null ? UNKNOWN : Long.parseLong(given);
        this.endsByClosing = from.version() != HttpVersion.HTTP_2
                && length == UNKNOWN
                && !headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
                && mayHaveBody(from.statusCode());
        // HTTP/1.0 has no chunks.
        this.isEndedByClosing = to.endsByClosing() && length == UNKNOWN;
    }

    /** What the answer has said so far. */
    ResponseReader reader() {
        return reader;
    }

    /** Whether nothing is read from the provider, since the caller has not taken what was. */
    boolean waitsForCaller() {
        return waitsForCaller;
    }

    /** Whether an event could be written to the caller now. */
    boolean takesEvent() {
        return length == UNKNOWN && reader.isBetweenEvents();
    }

    /**
     * Passes the head on, and the body as it comes.
     *
     * @param requestId the call's id, which is added to the head
     */
    void start(String requestId) {
        to.setStatus(from.statusCode());
        PassedHeaders.toCaller(from.headers(), to.responseHeaders(), target.credentials());
        to.responseHeaders().set(ProxyResponses.AGYN_REQUEST_ID, requestId);
        if (length == UNKNOWN && mayHaveBody(from.statusCode())) {
            to.setChunked();
        }
        from.handler(this::take);
        from.endHandler(this::end);
        from.exceptionHandler(this::broke);
        if (reader.isStream()) {
            // The first event may be minutes away. A plain answer's head goes with its body, in one write.
            to.writeHead();
        }
    }

    private void take(Buffer buffer) {
        ByteBuf bytes = buffer.getByteBuf();
        received += bytes.readableBytes();
        listener.onBytes();
        read(bytes);
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
        if (failure != null) {
            // After what has arrived and is passed on now.
            Vertx.currentContext().runOnContext(passed -> broke(failure));
        }
    }

    /** What has arrived before is passed on first: it may be all, and a failure only what follows (RFC 9113, section 8.1). */
    private void broke(Throwable cause) {
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
        if (endsByClosing && reader.isReadableStream() && !reader.isTerminated()) {
            listener.onBroken(new IllegalStateException("the connection was closed before the last event"));
            return;
        }
        if (!to.isEnded()) {
            endToCaller();
            listener.onEnd();
        }
    }

    private void endToCaller() {
        to.end();
        if (isEndedByClosing) {
            // Also where the caller has asked to keep it open: nothing else tells it that this was all.
            to.breakOff(CANCEL);
        }
    }

    /** Ends the response to the caller although the provider has not ended its own. */
    void endEarly() {
        if (length == UNKNOWN) {
            endToCaller();
        } else {
            // Fewer bytes than its head has announced.
            to.breakOff(CANCEL);
        }
    }

    /**
     * Reads the rest of the provider's response, which the caller does not take any more, so that the connection can be
     * used again. If that takes more than {@value #MOST_DRAINED} bytes or one second, the provider's call is cancelled.
     */
    void drain(HttpClientRequest provider, Vertx vertx) {
        long bound = received + MOST_DRAINED;
        long timer = vertx.setTimer(LONGEST_DRAIN.toMillis(), late -> provider.reset(CANCEL));
        from.handler(buffer -> {
            received += buffer.length();
            if (received > bound) {
                vertx.cancelTimer(timer);
                provider.reset(CANCEL);
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
