package io.agyn.proxy.exchange;

import io.agyn.budget.ByteBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A copy of a body as it arrived, for another LLM provider. Its memory stays reserved until it is released. */
final class ReplayBuffer {
    private final int limit;
    private final Supplier<ByteBudget.Lease> leases;
    private final ByteBuf bytes = Unpooled.buffer();
    private ByteBudget.@Nullable Lease lease;

    /**
     * @param limit the most bytes
     * @param leases opens the lease if the body is larger than {@link ByteBudget#FREE}
     */
    ReplayBuffer(int limit, Supplier<ByteBudget.Lease> leases) {
        this.limit = limit;
        this.leases = leases;
    }

    /**
     * Appends a piece.
     *
     * @param isNeeded whether the piece is kept even beyond the limit and the budget, since nothing else has it
     * @return false if the copy is too large, and therefore incomplete
     */
    boolean append(ByteBuf piece, boolean isNeeded) {
        int size = piece.readableBytes();
        if (!isNeeded && bytes.readableBytes() + (long) size > limit) {
            return false;
        }
        reserve(size);
        if (!isNeeded && lease != null && lease.isExhausted()) {
            return false;
        }
        bytes.writeBytes(piece, piece.readerIndex(), size);
        return true;
    }

    private void reserve(int size) {
        long before = Math.max(bytes.readableBytes(), ByteBudget.FREE);
        long after = bytes.readableBytes() + (long) size;
        if (after > before) {
            if (lease == null) {
                lease = leases.get();
            }
            lease.take(after - before);
        }
    }

    /** Returns some of the bytes, which no write releases. */
    ByteBuf slice(int from, int to) {
        return Unpooled.unreleasableBuffer(bytes.slice(from, to - from));
    }

    int length() {
        return bytes.readableBytes();
    }

    /** Whether the bytes contain a text. */
    boolean contains(byte[] text) {
        return ByteBufUtil.indexOf(Unpooled.wrappedBuffer(text), bytes) >= 0;
    }

    /** Releases the memory. */
    void release() {
        if (lease != null) {
            lease.release();
        }
    }
}
