package io.agyn.proxy;

import static java.util.Objects.requireNonNull;

import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
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

/** A call of this server itself: the event loop writes the response, and one other thread reads it as a {@link ModelCall}. */
final class InProcessExchange implements Exchange, ModelCall {
    // As much as a connection's write queue holds.
    private static final int QUEUE_BYTES = 64 << 10;
    private static final Buffer END = Buffer.buffer();

    private final Context context;
    private final MultiMap headers;
    private final Buffer body;
    private final MultiMap responseHeaders = MultiMap.caseInsensitiveMultiMap();
    private final CompletableFuture<Void> head = new CompletableFuture<>();
    private final LinkedBlockingQueue<Buffer> pieces = new LinkedBlockingQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private Runnable gone = () -> {};
    private Runnable drain;
    private int status = 200;
    private boolean ended;
    private volatile boolean brokenOff;

    /**
     * @param context the event loop's
     * @param headers the headers of the request, {@code Content-Length} included
     */
    InProcessExchange(Context context, MultiMap headers, Buffer body) {
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
            throw new IOException("The call was broken off", e);
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
                gone.run();
                breakOff(0);
            }
        });
    }

    @Override
    public Optional<HttpServerRequest> http() {
        return Optional.empty();
    }

    @Override
    public MultiMap headers() {
        return headers;
    }

    @Override
    public String query() {
        return null;
    }

    @Override
    public boolean endsByClosing() {
        return false;
    }

    @Override
    public void writeContinue() {
        // The body is here.
    }

    @Override
    public void read(Consumer<Buffer> receiver, Runnable end) {
        receiver.accept(body);
        end.run();
    }

    @Override
    public void pause() {
        // It is whole.
    }

    @Override
    public void resume() {
        // It is whole.
    }

    @Override
    public void discardBody() {
        // Nobody sends it.
    }

    @Override
    public void onGone(Runnable listener) {
        gone = listener;
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
        // There is no framing.
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
        drain = listener;
        drainIfTaken();
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
    public void breakOff(long code) {
        if (!ended) {
            ended = true;
            brokenOff = true;
            head.completeExceptionally(new IOException("broken off"));
            pieces.add(END);
        }
    }

    private void drainIfTaken() {
        if (drain != null && !isWriteQueueFull()) {
            Runnable listener = drain;
            drain = null;
            listener.run();
        }
    }

    /** What the event loop writes, for a thread that blocks. */
    private final class Body extends InputStream {
        private final long deadline;
        private Buffer current = END;
        private int at;
        private boolean over;

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
            if (at == current.length() && !next()) {
                return -1;
            }
            int count = Math.min(length, current.length() - at);
            current.getBytes(at, at + count, to, offset);
            at += count;
            return count;
        }

        private boolean next() throws IOException {
            if (over) {
                return false;
            }
            Buffer taken;
            try {
                taken = pieces.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException();
            }
            if (taken == null) {
                throw new IOException("The response took too long");
            }
            if (taken == END) {
                over = true;
                if (brokenOff) {
                    throw new IOException("The response was broken off");
                }
                return false;
            }
            current = taken;
            at = 0;
            queued.addAndGet(-taken.length());
            context.runOnContext(on -> drainIfTaken());
            return true;
        }
    }
}
