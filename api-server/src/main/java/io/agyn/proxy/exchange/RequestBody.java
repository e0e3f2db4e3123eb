package io.agyn.proxy.exchange;

import static java.util.Objects.requireNonNull;

import io.agyn.budget.ByteBudget;
import io.agyn.proxy.body.Edit;
import io.agyn.proxy.body.MalformedBodyException;
import io.agyn.proxy.body.Reference;
import io.agyn.proxy.body.RequestField;
import io.agyn.proxy.body.RequestScanner;
import io.agyn.proxy.dialect.ProxyError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Streams the body of a call to the provider. It is buffered until the route is known, and then forwarded as it
 * arrives. Only names of models change, and reading keeps pace with the provider.
 *
 * <p>Bytes that end a reference are held back until it is resolved. Since the last bracket of the body comes later, a provider
 * never gets a complete body with a reference that is rejected.
 */
public final class RequestBody {
    private static final long UNKNOWN = -1;
    // A long body is written in pieces, at the provider's pace.
    private static final int MAX_WRITE_BYTES = 64 << 10;
    private static final int MAX_REPEATABLE_BYTES = 256 << 10;

    public interface Listener {
        /** Opens the lease for the memory of a buffered body. */
        ByteBudget.Lease lease();

        /**
         * The LLM provider can be chosen; nothing more is read before {@link #pass}.
         *
         * @param model null for a body without a model
         */
        void onRoutable(@Nullable String model);

        /**
         * A part of the body that arrived after {@link #pass} has a reference; nothing more is forwarded before {@link
         * #proceed}.
         */
        void onReference(Reference reference);

        /** The body cannot be forwarded; nothing more is read. */
        void onRejected(ProxyError error);
    }

    private final Exchange exchange;
    private final long length;
    private final long limit;
    private final Listener listener;
    private final RequestScanner scanner;
    private final BodyBuffer buffered;
    private boolean waitsForMemory;
    private @Nullable ByteBuf unsent;
    private @Nullable ByteBuf repeatable;
    // For another LLM provider; null if none may follow, or the body is too large.
    private @Nullable ReplayBuffer copy;
    // The only change of the copy.
    private @Nullable Edit edit;
    private boolean isPassed;
    private long received;
    private long progress;
    private long progressTaken;
    private boolean complete;
    private boolean routableReported;
    private boolean rejected;
    private @Nullable BodySink provider;
    private byte[] model = {};
    // The provider's names of the models of a batch; null for other bodies.
    private @Nullable Map<String, byte[]> models;
    // Received but not forwarded: the start of a model's name, or a part with a reference.
    private @Nullable ByteBuf held;
    private boolean waitsForReference;
    private boolean passedOn;

    /**
     * Creates the body of a request that has not been read.
     *
     * @param length the {@code Content-Length}, or -1
     * @param limit the most bytes of the body
     * @param scanner reads the body; it has read no other
     */
    public RequestBody(Exchange exchange, long length, long limit, RequestScanner scanner, Listener listener) {
        this.exchange = exchange;
        this.scanner = scanner;
        this.length = length;
        this.limit = limit;
        this.listener = listener;
        this.buffered = new BodyBuffer(listener::lease);
    }

    public void read() {
        exchange.read(this::receive, this::end);
    }

    /** Whether the whole body has arrived and was forwarded. */
    public boolean isSent() {
        return complete && provider != null && unsent == null && held == null;
    }

    /** Whether bytes have arrived, or left the buffer, since the last call of this method. */
    public boolean takeProgress() {
        boolean progressed = progress != progressTaken;
        progressTaken = progress;
        return progressed;
    }

    /** Whether reading is paused until the provider takes more. */
    public boolean waitsForProvider() {
        return provider != null && provider.isFull();
    }

    /** Whether reading is paused because the memory for bodies is used up. */
    public boolean waitsForMemory() {
        return waitsForMemory;
    }

    /** Resumes reading if it waited for memory that is now available. */
    public void retryMemory() {
        if (waitsForMemory && !rejected && !buffered.isOverBudget()) {
            waitsForMemory = false;
            exchange.resume();
        }
    }

    /**
     * Sends the buffered part, and the rest as it arrives.
     *
     * @param model the provider's model name, as a JSON string
     * @param keep whether to keep a copy of a complete body of moderate length, for {@link #repeat}
     */
    public void pass(BodySink to, byte[] model, boolean keep) {
        this.model = model;
        isPassed = true;
        ByteBuf body = edited(hold(buffered.take()));
        if (keep && complete && body.readableBytes() <= MAX_REPEATABLE_BYTES && !buffered.isOverBudget()) {
            repeatable = body.duplicate();
        }
        send(to, body);
    }

    /** Keeps a copy for {@link #replay} while it has at most so many bytes; before {@link #pass}. */
    public void keepCopy(int limitBytes) {
        ReplayBuffer kept = new ReplayBuffer(limitBytes, listener::lease);
        copy = kept;
        keep(kept, buffered.bytes(), false);
    }

    private void keep(ReplayBuffer kept, ByteBuf bytes, boolean isNeeded) {
        if (!kept.append(bytes, isNeeded)) {
            dropReplay();
        }
    }

    /** Whether the body was sent to a provider, completely or not. */
    public boolean isPassed() {
        return isPassed;
    }

    /** Whether the body can be sent to another provider: nothing of it was sent, or there is a copy of all that was. */
    public boolean isReplayable() {
        return !isPassed || copy != null && held == null;
    }

    /** Whether the copy for another provider contains a text. */
    public boolean copyContains(byte[] text) {
        return copy != null && copy.contains(text);
    }

    /** Sends nothing more to the provider. The rest of the body waits for {@link #replay}. */
    public void detach() {
        provider = null;
        unsent = null;
        repeatable = null;
        if (isPassed) {
            buffered.release();
        }
        if (!complete) {
            exchange.pause();
        }
    }

    /**
     * Sends the body to another provider, and the rest as it arrives; only if it {@linkplain #isReplayable() is
     * replayable}, and was {@linkplain #detach() detached}.
     *
     * @param model the provider's model name, as a JSON string
     */
    public void replay(BodySink to, byte[] model) {
        this.model = model;
        ReplayBuffer kept = requireNonNull(copy, "not replayable");
        send(to, edit == null ? kept.slice(0, kept.length()) : edited(kept, edit));
    }

    private ByteBuf edited(ReplayBuffer kept, Edit change) {
        return Unpooled.wrappedBuffer(
                kept.slice(0, Math.toIntExact(change.from())),
                Unpooled.wrappedBuffer(text(change)),
                kept.slice(Math.toIntExact(change.to()), kept.length()));
    }

    /** Drops the copy for another provider. */
    public void dropReplay() {
        if (copy != null) {
            copy.release();
            copy = null;
        }
    }

    /** Returns and removes the next reference in the body so far; null if all are resolved. */
    public @Nullable Reference takeReference() {
        return scanner.takeReference();
    }

    /** The scanner's value of a field; null for a field that was not found so far. */
    public @Nullable String value(RequestField field) {
        return scanner.value(field);
    }

    /**
     * Sets the provider's name of a model of a batch.
     *
     * @param name the caller's name
     * @param remoteModel the provider's name, as a JSON string
     */
    public void rename(String name, byte[] remoteModel) {
        if (models == null) {
            models = new HashMap<>();
        }
        models.put(name, remoteModel);
    }

    /** Goes on after a reference is resolved. */
    public void proceed() {
        waitsForReference = false;
        if (!rejected) {
            sendHeld();
        }
    }

    /** Whether a copy of the complete body is kept. */
    public boolean isRepeatable() {
        return repeatable != null;
    }

    /** Sends the whole body again; only if it {@linkplain #isRepeatable() is repeatable}. */
    public void repeat(BodySink to) {
        ByteBuf body = requireNonNull(repeatable, "not repeatable");
        repeatable = null;
        send(to, body);
    }

    /** Drops the copy for a repetition. */
    public void dropCopy() {
        if (repeatable != null) {
            repeatable = null;
            if (unsent == null) {
                buffered.release();
            }
        }
    }

    private void send(BodySink to, ByteBuf body) {
        provider = to;
        passedOn = false;
        if (complete && body.readableBytes() <= MAX_WRITE_BYTES) {
            passedOn = true;
            if (repeatable == null) {
                buffered.release();
            }
            to.send(Buffer.buffer(body));
            return;
        }
        if (complete) {
            to.begin(body.readableBytes());
        } else {
            to.begin(length == UNKNOWN || !scanner.isSettled() ? UNKNOWN : body.readableBytes() + length - received);
        }
        unsent = body;
        sendBuffered();
    }

    /** Sends the buffer, and then the rest of the body as it arrives. */
    private void sendBuffered() {
        BodySink to = requireNonNull(provider, "provider is null");
        while (unsent != null) {
            if (to.isFull()) {
                to.onDrain(() -> {
                    if (!rejected && provider == to) {
                        sendBuffered();
                    }
                });
                return;
            }
            ByteBuf piece = unsent.readSlice(Math.min(MAX_WRITE_BYTES, unsent.readableBytes()));
            progress += piece.readableBytes();
            if (repeatable == null) {
                buffered.release(piece.readableBytes());
            }
            if (unsent.isReadable()) {
                to.write(Buffer.buffer(piece));
            } else {
                unsent = null;
                if (repeatable == null) {
                    buffered.release();
                }
                write(to, Buffer.buffer(piece));
            }
        }
        if (!complete && !to.isFull()) {
            exchange.resume();
        }
    }

    /** Stops reading. */
    public void stop() {
        rejected = true;
        buffered.take();
        unsent = null;
        held = null;
        repeatable = null;
        buffered.release();
        dropReplay();
    }

    /** Applies the edits of bytes that end where the held ones start. */
    private ByteBuf edited(ByteBuf bytes) {
        Edit first = scanner.takeEdit();
        if (first == null) {
            return bytes;
        }
        long start = received - (held == null ? 0 : held.readableBytes()) - bytes.readableBytes();
        Edit next = scanner.takeEdit();
        if (next == null) {
            edit = first;
            return BodyEdits.apply(bytes, start, first, text(first));
        }
        BodyEdits edits = new BodyEdits(bytes, start);
        for (edits.add(first, text(first)); next != null; next = scanner.takeEdit()) {
            edits.add(next, text(next));
        }
        return edits.end();
    }

    private byte[] text(Edit edit) {
        byte[] remoteModel = models == null ? model : requireNonNull(models.get(edit.model()), "unknown model");
        return edit.text(remoteModel);
    }

    private void receive(Buffer buffer) {
        if (rejected) {
            return;
        }
        ByteBuf bytes = buffer.getByteBuf();
        received += bytes.readableBytes();
        progress += bytes.readableBytes();
        if (received > limit) {
            reject(tooLarge(limit));
            return;
        }
        try {
            scan(bytes);
            // Not only in end(), which comes separately: with all bytes of Content-Length, the body is complete.
            if (received == length) {
                complete();
            }
        } catch (MalformedBodyException e) {
            reject(malformed(e));
            return;
        }
        if (copy != null) {
            keep(copy, bytes, isPassed && provider == null);
        }
        if (provider != null) {
            passOn(provider, buffer);
        } else if (!isPassed) {
            buffered.append(bytes);
            if (!complete && !scanner.isRoutable() && buffered.isOverBudget()) {
                waitsForMemory = true;
                exchange.pause();
            }
            reportRoutable();
        }
    }

    private void passOn(BodySink to, Buffer piece) {
        if (held == null && scanner.isSettled() && !scanner.hasReference()) {
            write(to, piece);
            return;
        }
        ByteBuf bytes = piece.getByteBuf();
        held = held == null ? bytes : Unpooled.wrappedBuffer(held, bytes);
        sendHeld();
    }

    private void sendHeld() {
        BodySink to = requireNonNull(provider, "provider is null");
        if (waitsForReference) {
            return;
        }
        Reference reference = scanner.takeReference();
        if (reference != null) {
            waitsForReference = true;
            if (!complete) {
                exchange.pause();
            }
            listener.onReference(reference);
            return;
        }
        if (held != null) {
            ByteBuf bytes = edited(hold(held));
            if (complete || bytes.isReadable()) {
                write(to, Buffer.buffer(bytes));
            }
        }
        if (!complete && !to.isFull()) {
            exchange.resume();
        }
    }

    /** Keeps the last of the received bytes if they are the start of a model's name, and returns the others. */
    private ByteBuf hold(ByteBuf last) {
        held = null;
        long heldFrom = scanner.heldFrom();
        if (heldFrom >= received) {
            return last;
        }
        int kept = Math.toIntExact(received - heldFrom);
        held = last.slice(last.writerIndex() - kept, kept);
        return last.slice(last.readerIndex(), last.readableBytes() - kept);
    }

    private void end() {
        if (rejected || complete) {
            return;
        }
        try {
            complete();
        } catch (MalformedBodyException e) {
            reject(malformed(e));
            return;
        }
        if (provider != null) {
            passedOn = true;
            provider.end();
        } else {
            // A body that is passed on unread may be empty.
            reportRoutable();
        }
    }

    private void complete() throws MalformedBodyException {
        scanner.end();
        complete = true;
    }

    private void scan(ByteBuf bytes) throws MalformedBodyException {
        if (bytes.hasArray()) {
            int from = bytes.arrayOffset() + bytes.readerIndex();
            scanner.read(bytes.array(), from, from + bytes.readableBytes());
        } else {
            byte[] copy = new byte[bytes.readableBytes()];
            bytes.getBytes(bytes.readerIndex(), copy);
            scanner.read(copy, 0, copy.length);
        }
    }

    private void reportRoutable() {
        if (routableReported || !scanner.isRoutable()) {
            return;
        }
        routableReported = true;
        if (!complete) {
            exchange.pause();
        }
        listener.onRoutable(scanner.model());
    }

    private void write(BodySink to, Buffer buffer) {
        if (complete && !passedOn) {
            passedOn = true;
            to.end(buffer);
            return;
        }
        to.write(buffer);
        if (to.isFull()) {
            exchange.pause();
            to.onDrain(() -> {
                if (!rejected && provider == to) {
                    exchange.resume();
                }
            });
        }
    }

    private void reject(ProxyError error) {
        stop();
        listener.onRejected(error);
    }

    private static ProxyError malformed(MalformedBodyException e) {
        return ProxyError.of(ProxyError.Kind.INVALID_REQUEST, e.getMessage());
    }

    /** The error for a body over the limit. */
    static ProxyError tooLarge(long limit) {
        return ProxyError.of(
                ProxyError.Kind.REQUEST_TOO_LARGE,
                "The body is larger than the limit of " + limit + " bytes: send less, or ask the operator"
                        + " for a higher AGYN_PROXY_BODY_LIMIT.");
    }
}
