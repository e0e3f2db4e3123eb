package io.agyn.proxy.exchange;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SourceAddress;
import io.agyn.proxy.dialect.Dialect;
import io.agyn.proxy.dialect.ProxyError;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A call by this server: the event loop writes the response, and one other thread reads it as a {@link ModelCall}. */
public final class InProcessExchange implements Exchange, ModelCall {
    // The size of a connection's write queue.
    private static final int QUEUE_BYTES = 64 << 10;
    private static final Buffer END = Buffer.buffer();

    private final Context context;
    private final MultiMap headers;
    private final Buffer body;
    private final MultiMap responseHeaders = MultiMap.caseInsensitiveMultiMap();
    private final CompletableFuture<Void> head = new CompletableFuture<>();
    private final LinkedBlockingQueue<Buffer> pieces = new LinkedBlockingQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private Runnable disconnectListener = () -> {};
    private @Nullable Runnable drainListener;
    private int status = 200;
    private boolean ended;
    private volatile boolean aborted;

    /**
     * @param context the event loop's context
     * @param headers the headers of the request, {@code Content-Length} included
     */
    public InProcessExchange(Context context, MultiMap headers, Buffer body) {
        this.context = requireNonNull(context, "context is null");
        this.headers = requireNonNull(headers, "headers is null");
        this.body = requireNonNull(body, "body is null");
    }

    @Override
    public int awaitStatus(long nanoseconds) throws IOException {
        try {
            head.get(nanoseconds, TimeUnit.NANOSECONDS);
            return status;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        } catch (ExecutionException e) {
            throw new IOException("The call was aborted", e);
        } catch (TimeoutException e) {
            throw new IOException("The call took too long", e);
        }
    }

    @Override
    public Optional<String> header(String name) {
        return Optional.ofNullable(responseHeaders.get(name));
    }

    @Override
    public InputStream body(long deadline) {
        return new Body(deadline);
    }

    @Override
    public void close() {
        context.runOnContext(on -> {
            if (!ended) {
                disconnectListener.run();
                abort(0);
            }
        });
    }

    @Override
    public Optional<String> source(SourceAddress addresses) {
        return Optional.empty();
    }

    @Override
    public MultiMap headers() {
        return headers;
    }

    @Override
    public @Nullable String query() {
        return null;
    }

    @Override
    public boolean endsByClosing() {
        return false;
    }

    @Override
    public void writeContinue() {
        // The whole body is available.
    }

    @Override
    public void read(Consumer<Buffer> receiver, Runnable end) {
        receiver.accept(body);
        end.run();
    }

    @Override
    public void pause() {
        // The whole body is available.
    }

    @Override
    public void resume() {
        // The whole body is available.
    }

    @Override
    public void discardBody() {
        // No peer sends it.
    }

    @Override
    public void onDisconnect(Runnable listener) {
        disconnectListener = listener;
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public void setStatus(int newStatus) {
        status = newStatus;
    }

    @Override
    public MultiMap responseHeaders() {
        return responseHeaders;
    }

    @Override
    public void setChunked() {
        // In process, there is no framing.
    }

    @Override
    public void writeHead() {
        head.complete(null);
    }

    @Override
    public boolean isHeadWritten() {
        return head.isDone();
    }

    @Override
    public void write(Buffer piece) {
        writeHead();
        if (piece.length() > 0 && !ended) {
            queued.addAndGet(piece.length());
            pieces.add(piece);
        }
    }

    @Override
    public boolean isWriteQueueFull() {
        return queued.get() > QUEUE_BYTES;
    }

    @Override
    public void onDrain(Runnable listener) {
        drainListener = listener;
        runDrainListener();
    }

    @Override
    public void end() {
        if (!ended) {
            writeHead();
            ended = true;
            pieces.add(END);
        }
    }

    @Override
    public void end(Buffer piece) {
        write(piece);
        end();
    }

    @Override
    public boolean isEnded() {
        return ended;
    }

    @Override
    public void reject(Dialect dialect, ProxyError error, String requestId) {
        // For a member who tests a model.
        ProxyResponses.reject(this, dialect, error.detailed(), requestId);
    }

    @Override
    public void abort(long code) {
        if (!ended) {
            ended = true;
            aborted = true;
            head.completeExceptionally(new IOException("broken off"));
            pieces.add(END);
        }
    }

    private void runDrainListener() {
        if (drainListener != null && !isWriteQueueFull()) {
            Runnable listener = drainListener;
            drainListener = null;
            listener.run();
        }
    }

    /** The response body as a stream for a blocking thread. */
    private final class Body extends InputStream {
        private final long deadline;
        private Buffer current = END;
        private int position;
        private boolean atEnd;

        private Body(long deadline) {
            this.deadline = deadline;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (position == current.length() && !next()) {
                return -1;
            }
            int count = Math.min(length, current.length() - position);
            current.getBytes(position, position + count, to, offset);
            position += count;
            return count;
        }

        private boolean next() throws IOException {
            if (atEnd) {
                return false;
            }
            Buffer piece;
            try {
                piece = pieces.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException();
            }
            if (piece == null) {
                throw new IOException("The response took too long");
            }
            if (piece == END) {
                atEnd = true;
                if (aborted) {
                    throw new IOException("The response was aborted");
                }
                return false;
            }
            current = piece;
            position = 0;
            queued.addAndGet(-piece.length());
            context.runOnContext(on -> runDrainListener());
            return true;
        }
    }
}
