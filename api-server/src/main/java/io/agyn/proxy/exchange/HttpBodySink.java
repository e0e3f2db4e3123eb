package io.agyn.proxy.exchange;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.AsyncResult;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * The body of an HTTP request.
 *
 * <p>It counts the unsent bytes itself, because the write queue of Vert.x is as long as the flow-control window of the
 * whole HTTP/2 connection, which is megabytes for each stream.
 */
public final class HttpBodySink implements BodySink {
    private static final int MAX_UNSENT_BYTES = 128 << 10;
    private static final Handler<AsyncResult<Void>> IGNORED = written -> {};

    private final HttpClientRequest request;
    private final int maxUnsent;
    private int unsent;
    private @Nullable Runnable drainListener;

    /** @param request the request to the provider, with all headers except the length */
    public HttpBodySink(HttpClientRequest request) {
        this(request, MAX_UNSENT_BYTES);
    }

    /** @param maxUnsent the bytes above which the queue is full */
    HttpBodySink(HttpClientRequest request, int maxUnsent) {
        this.request = request;
        this.maxUnsent = maxUnsent;
    }

    @Override
    public void send(Buffer whole) {
        if (whole.length() == 0 && !request.getMethod().equals(HttpMethod.POST)) {
            end();
        } else {
            // The length is known, so end() sets it.
            end(whole);
        }
    }

    @Override
    public void begin(long length) {
        if (length < 0) {
            request.setChunked(true);
        } else {
            request.putHeader(HttpHeaderNames.CONTENT_LENGTH, Long.toString(length));
        }
        request.exceptionHandler(broken -> {
            // The response fails too, with a better error.
        });
    }

    @Override
    public void write(Buffer piece) {
        int size = piece.length();
        unsent += size;
        request.write(piece, written -> {
            // After a failed write, the call ends with a better error.
            if (written.succeeded()) {
                onSent(size);
            }
        });
    }

    private void onSent(int size) {
        unsent -= size;
        Runnable listener = drainListener;
        if (listener != null && !isFull()) {
            drainListener = null;
            listener.run();
        }
    }

    @Override
    public void end(Buffer last) {
        request.end(last, listener(request.version()));
    }

    @Override
    public void end() {
        request.end(IGNORED);
    }

    @Override
    public boolean isFull() {
        return unsent > maxUnsent;
    }

    @Override
    public void onDrain(Runnable listener) {
        drainListener = listener;
    }

    /**
     * The listener for a write whose result does not matter. Without a listener, Vert.x closes the connection of a
     * failed write: over HTTP/2, with all its other streams. Over HTTP/1.1, null saves the allocations.
     */
    static @Nullable Handler<AsyncResult<Void>> listener(HttpVersion version) {
        return version == HttpVersion.HTTP_2 ? IGNORED : null;
    }
}
