package io.agyn.proxy.exchange;

import io.vertx.core.AsyncResult;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * Writes a request body at the provider's pace. Confined to the call's event loop.
 *
 * <p>It counts the unsent bytes itself, because the write queue of Vert.x is as long as the flow-control window of the
 * whole HTTP/2 connection, which is megabytes for each stream.
 */
final class BodyWriter {
    private static final Handler<AsyncResult<Void>> IGNORED = written -> {};

    private final HttpClientRequest request;
    private final int maxUnsent;
    private int unsent;
    private @Nullable Runnable drainListener;

    /** @param maxUnsent the bytes above which the queue is full */
    BodyWriter(HttpClientRequest request, int maxUnsent) {
        this.request = request;
        this.maxUnsent = maxUnsent;
    }

    void write(Buffer piece) {
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

    void end(Buffer last) {
        request.end(last, listener(request.version()));
    }

    void end() {
        request.end(IGNORED);
    }

    boolean isFull() {
        return unsent > maxUnsent;
    }

    /** Calls the listener once, when the queue is no longer full. */
    void onDrain(Runnable listener) {
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
