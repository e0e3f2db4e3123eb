package io.agyn.proxy;

import io.agyn.budget.ByteBudget;
import io.agyn.proxy.body.MalformedBodyException;
import io.agyn.proxy.body.ModelLocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;

/**
 * The body of a call, on its way from the caller to the provider. It is kept until it is known where it goes, and from then
 * on passed as it comes: nothing but the value of {@code model} is changed, and no more is read than the provider takes.
 */
final class RequestBody {
    // Deeper than any call of a model, and a bit for each level of memory.
    private static final int DEEPEST = 1000;
    private static final long UNKNOWN = -1;
    // What a piece takes in memory beside its bytes.
    private static final int PIECE_OVERHEAD = 256;
    // A long body goes into the provider's connection in pieces, as fast as the provider takes them.
    private static final int LARGEST_WRITE = 64 << 10;
    private static final int LARGEST_REPEATED = 256 << 10;

    /** Learns what becomes of a body. */
    interface Listener {
        /** Opens the account for the memory of a body that is kept. */
        ByteBudget.Lease lease();

        /** The model is known; nothing more is read before {@link #pass}. */
        void onModel(String model);

        /** It cannot be passed on, and is read no further. */
        void onRefused(ProxyError refusal);
    }

    private final Exchange exchange;
    private final long length;
    private final long limit;
    private final Listener listener;
    private final ModelLocator locator = new ModelLocator(DEEPEST);
    private ByteBuf kept = Unpooled.EMPTY_BUFFER;
    private long keptMemory;
    private ByteBudget.Lease lease;
    private boolean waitsForMemory;
    private ByteBuf unsent;
    private ByteBuf repeatable;
    private long received;
    private long progress;
    private long progressTaken;
    private boolean complete;
    private boolean modelTold;
    private boolean refused;
    private HttpClientRequest provider;
    private boolean passedOn;

    /**
     * Creates the body of a request that has not been read.
     *
     * @param length what {@code Content-Length} says; -1 where it says nothing
     * @param limit the most bytes that it may have
     */
    RequestBody(Exchange exchange, long length, long limit, Listener listener) {
        this.exchange = exchange;
        this.length = length;
        this.limit = limit;
        this.listener = listener;
    }

    /** Begins to read. */
    void read() {
        exchange.read(this::take, this::end);
    }

    /** Whether all of it has arrived, and was passed on. */
    boolean isSent() {
        return complete && provider != null && unsent == null;
    }

    /** Whether bytes have arrived, or kept ones were passed on, since the last call of this method. */
    boolean takeProgress() {
        boolean progressed = progress != progressTaken;
        progressTaken = progress;
        return progressed;
    }

    /** Whether nothing is read from the caller, since the provider has not taken what was. */
    boolean waitsForProvider() {
        return provider != null && provider.writeQueueFull();
    }

    /** Whether nothing is read from the caller, since the memory for bodies is used up. */
    boolean waitsForMemory() {
        return waitsForMemory;
    }

    /** Reads on if it waited for memory and there is some now. */
    void retryMemory() {
        if (waitsForMemory && !refused && !lease.isExhausted()) {
            waitsForMemory = false;
            exchange.resume();
        }
    }

    /**
     * Sends what has arrived, and the rest as it comes.
     *
     * @param to the request to the provider, with its headers but for the length
     * @param model what stands for the model there, as a JSON string
     * @param keep whether a whole body of moderate length stays at hand, for {@link #repeat}
     */
    void pass(HttpClientRequest to, byte[] model, boolean keep) {
        ByteBuf body = replaceModel(model);
        kept = null;
        if (keep && complete && body.readableBytes() <= LARGEST_REPEATED && (lease == null || !lease.isExhausted())) {
            repeatable = body.duplicate();
        }
        send(to, body);
    }

    /** Whether all of it was sent, and is still at hand. */
    boolean isRepeatable() {
        return repeatable != null;
    }

    /** Sends the whole body once more; only for one that {@linkplain #isRepeatable() is at hand}. */
    void repeat(HttpClientRequest to) {
        ByteBuf body = repeatable;
        repeatable = null;
        send(to, body);
    }

    /** Keeps the body no longer for a repetition. */
    void forget() {
        if (repeatable != null) {
            repeatable = null;
            if (unsent == null) {
                releaseMemory();
            }
        }
    }

    private void send(HttpClientRequest to, ByteBuf body) {
        provider = to;
        passedOn = false;
        if (complete && body.readableBytes() <= LARGEST_WRITE) {
            passedOn = true;
            if (repeatable == null) {
                releaseMemory();
            }
            // Its length is known, and set by end().
            to.end(Buffer.buffer(body), null);
            return;
        }
        if (complete) {
            to.putHeader("content-length", Integer.toString(body.readableBytes()));
        } else if (length == UNKNOWN) {
            to.setChunked(true);
        } else {
            to.putHeader("content-length", Long.toString(body.readableBytes() + length - received));
        }
        to.exceptionHandler(broken -> {
            // The answer fails as well, and says more.
        });
        unsent = body;
        passKept();
    }

    /** Passes what was kept, and then the rest of the body as it comes. */
    private void passKept() {
        while (unsent != null) {
            if (provider.writeQueueFull()) {
                provider.drainHandler(drained -> {
                    if (!refused) {
                        passKept();
                    }
                });
                return;
            }
            ByteBuf piece = unsent.readSlice(Math.min(LARGEST_WRITE, unsent.readableBytes()));
            progress += piece.readableBytes();
            if (lease != null && repeatable == null) {
                lease.giveBack(piece.readableBytes());
            }
            if (unsent.isReadable()) {
                provider.write(Buffer.buffer(piece), null);
            } else {
                unsent = null;
                if (repeatable == null) {
                    releaseMemory();
                }
                write(Buffer.buffer(piece));
            }
        }
        if (!complete && !provider.writeQueueFull()) {
            exchange.resume();
        }
    }

    /** Reads nothing more. */
    void stop() {
        refused = true;
        kept = null;
        unsent = null;
        repeatable = null;
        releaseMemory();
    }

    private void releaseMemory() {
        if (lease != null) {
            lease.release();
        }
    }

    private ByteBuf replaceModel(byte[] model) {
        int start = Math.toIntExact(locator.modelStart());
        int end = Math.toIntExact(locator.modelEnd());
        int tail = kept.writerIndex() - end;
        if (kept.hasArray()) {
            byte[] bytes = new byte[start + model.length + tail];
            kept.getBytes(0, bytes, 0, start);
            System.arraycopy(model, 0, bytes, start, model.length);
            kept.getBytes(end, bytes, start + model.length, tail);
            return Unpooled.wrappedBuffer(bytes);
        }
        return Unpooled.wrappedBuffer(kept.slice(0, start), Unpooled.wrappedBuffer(model), kept.slice(end, tail));
    }

    private void take(Buffer buffer) {
        if (refused) {
            return;
        }
        ByteBuf bytes = buffer.getByteBuf();
        received += bytes.readableBytes();
        progress += bytes.readableBytes();
        if (received > limit) {
            refuse(tooLarge(limit));
            return;
        }
        try {
            locate(bytes);
            // Not only at its end, which comes separately: who has sent what Content-Length says has sent all.
            if (received == length) {
                complete();
            }
        } catch (MalformedBodyException e) {
            refuse(malformed(e));
            return;
        }
        if (provider == null) {
            keep(bytes);
            takeMemory(bytes.readableBytes());
            tellModel();
        } else {
            write(buffer);
        }
    }

    private void end() {
        if (refused || complete) {
            return;
        }
        try {
            complete();
        } catch (MalformedBodyException e) {
            refuse(malformed(e));
            return;
        }
        if (provider != null) {
            passedOn = true;
            provider.end(ignored -> {
                // The answer tells what became of it.
            });
        }
    }

    private void complete() throws MalformedBodyException {
        locator.end();
        complete = true;
    }

    private void locate(ByteBuf bytes) throws MalformedBodyException {
        if (bytes.hasArray()) {
            int from = bytes.arrayOffset() + bytes.readerIndex();
            locator.read(bytes.array(), from, from + bytes.readableBytes());
        } else {
            byte[] copy = new byte[bytes.readableBytes()];
            bytes.getBytes(bytes.readerIndex(), copy);
            locator.read(copy, 0, copy.length);
        }
    }

    private void keep(ByteBuf bytes) {
        if (kept == Unpooled.EMPTY_BUFFER) {
            kept = bytes.slice();
        } else if (kept instanceof CompositeByteBuf parts) {
            parts.addComponent(true, bytes);
        } else {
            kept = Unpooled.compositeBuffer(Integer.MAX_VALUE)
                    .addComponent(true, kept)
                    .addComponent(true, bytes);
        }
    }

    private void takeMemory(int bytes) {
        long before = Math.max(keptMemory, ByteBudget.FREE);
        keptMemory += bytes + PIECE_OVERHEAD;
        if (keptMemory <= before) {
            return;
        }
        if (lease == null) {
            lease = listener.lease();
        }
        lease.take(keptMemory - before);
        if (!complete && !locator.isFound() && lease.isExhausted()) {
            waitsForMemory = true;
            exchange.pause();
        }
    }

    private void tellModel() {
        if (modelTold || !locator.isFound()) {
            return;
        }
        modelTold = true;
        if (!complete) {
            exchange.pause();
        }
        listener.onModel(locator.model());
    }

    private void write(Buffer buffer) {
        if (complete && !passedOn) {
            passedOn = true;
            provider.end(buffer, null);
            return;
        }
        provider.write(buffer, null);
        if (provider.writeQueueFull()) {
            exchange.pause();
            provider.drainHandler(drained -> {
                if (!refused) {
                    exchange.resume();
                }
            });
        }
    }

    private void refuse(ProxyError refusal) {
        stop();
        listener.onRefused(refusal);
    }

    private static ProxyError malformed(MalformedBodyException e) {
        return ProxyError.of(ProxyError.Kind.INVALID_REQUEST, e.getMessage());
    }

    /** The refusal of a body over the limit. */
    static ProxyError tooLarge(long limit) {
        return ProxyError.of(
                ProxyError.Kind.REQUEST_TOO_LARGE,
                "The body is larger than the " + limit + " bytes that this server takes: send less, or ask its operator"
                        + " for a higher AGYN_PROXY_BODY_LIMIT.");
    }
}
