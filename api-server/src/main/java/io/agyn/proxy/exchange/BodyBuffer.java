package io.agyn.proxy.exchange;

import io.agyn.budget.ByteBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The part of a body that is in memory until it can be forwarded. Its memory stays reserved until it is released. */
final class BodyBuffer {
    // The memory of a piece in addition to its bytes.
    private static final int PIECE_OVERHEAD = 256;

    private final Supplier<ByteBudget.Lease> leases;
    private ByteBuf bytes = Unpooled.EMPTY_BUFFER;
    private long memory;
    private ByteBudget.@Nullable Lease lease;

    /** @param leases opens the lease if the body is larger than {@link ByteBudget#FREE} */
    BodyBuffer(Supplier<ByteBudget.Lease> leases) {
        this.leases = leases;
    }

    void append(ByteBuf piece) {
        if (bytes == Unpooled.EMPTY_BUFFER) {
            bytes = piece.slice();
        } else if (bytes instanceof CompositeByteBuf parts) {
            parts.addComponent(true, piece);
        } else {
            bytes = Unpooled.compositeBuffer(Integer.MAX_VALUE)
                    .addComponent(true, bytes)
                    .addComponent(true, piece);
        }
        reserve(piece.readableBytes());
    }

    private void reserve(int size) {
        long before = Math.max(memory, ByteBudget.FREE);
        memory += size + PIECE_OVERHEAD;
        if (memory > before) {
            if (lease == null) {
                lease = leases.get();
            }
            lease.take(memory - before);
        }
    }

    /** Returns the bytes, which stay in the buffer. */
    ByteBuf bytes() {
        return bytes;
    }

    /** Returns and removes the bytes. */
    ByteBuf take() {
        ByteBuf taken = bytes;
        bytes = Unpooled.EMPTY_BUFFER;
        return taken;
    }

    /** Whether the memory for bodies, or the share of the caller, is used up. */
    boolean isOverBudget() {
        return lease != null && lease.isExhausted();
    }

    /** Releases the memory of bytes that were taken. */
    void release(int size) {
        if (lease != null) {
            lease.release(size);
        }
    }

    /** Releases all memory. */
    void release() {
        if (lease != null) {
            lease.release();
        }
    }
}
