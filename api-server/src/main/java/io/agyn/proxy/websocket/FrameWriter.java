package io.agyn.proxy.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Writes the frames of one end of a WebSocket: data frames in pieces, and control frames between them. Flushes once for all that is
 * written in one turn of the event loop.
 */
final class FrameWriter {
    private final boolean isMasking;
    private final Channel channel;
    private final Runnable flush = this::flush;
    private @Nullable ChannelHandlerContext context;

    // The bytes of the current frame that have not been written.
    private long unwritten;
    private int mask;
    // Control frames that wait for the end of the current frame; null without any.
    private @Nullable Queue<ByteBuf> controls;
    // The payload of the latest ping, whose pong also answers earlier ones; null if none waits.
    private byte @Nullable [] pong;
    private boolean isFlushScheduled;
    private boolean isClosed;
    private boolean isStopped;

    /** @param isMasking whether the peer is a server */
    FrameWriter(boolean isMasking, Channel channel) {
        this.isMasking = isMasking;
        this.channel = channel;
    }

    /** Sets the context to write by. Frames before it are dropped. */
    void open(ChannelHandlerContext newContext) {
        context = newContext;
    }

    /** Whether a data frame has been written in part. */
    boolean isInFrame() {
        return unwritten > 0;
    }

    /** Whether a close frame was written, or is not needed; no frame starts after it. */
    boolean isClosed() {
        return isClosed;
    }

    void beginFrame(int opcode, boolean isFinal, long length) {
        if (isClosed) {
            return;
        }
        if (unwritten > 0) {
            throw new IllegalStateException("a frame inside a frame");
        }
        unwritten = length;
        mask = newMask();
        ByteBuf head = channel.alloc().buffer(FrameHead.MAX_BYTES);
        FrameHead.write(head, isFinal, opcode, length, isMasking, mask);
        send(head);
        if (length == 0) {
            endFrame();
        }
    }

    /** @param piece part of the frame's payload; it is released, and changed if it is masked */
    void write(ByteBuf piece) {
        if (isClosed && unwritten == 0) {
            piece.release();
            return;
        }
        int size = piece.readableBytes();
        if (size > unwritten) {
            piece.release();
            throw new IllegalStateException("the payload is longer than its frame");
        }
        Masking.apply(piece, mask);
        mask = Masking.rotate(mask, size);
        unwritten -= size;
        send(piece);
        if (unwritten == 0) {
            endFrame();
        }
    }

    private void endFrame() {
        if (controls != null) {
            controls.forEach(this::send);
            controls = null;
        }
        writePong();
    }

    void writePing() {
        writeControl(Opcode.PING, Unpooled.EMPTY_BUFFER);
    }

    /** Responds to a ping, unless a later one comes first. */
    void pong(byte[] payload) {
        pong = payload;
        scheduleFlush();
    }

    private void writePong() {
        if (pong != null && unwritten == 0 && !isClosed) {
            byte[] payload = pong;
            pong = null;
            writeControl(Opcode.PONG, Unpooled.wrappedBuffer(payload));
        }
    }

    void writeClose(byte[] payload) {
        writeControl(Opcode.CLOSE, Unpooled.wrappedBuffer(payload));
        isClosed = true;
    }

    /** Starts no more frames. */
    void close() {
        isClosed = true;
    }

    private void writeControl(int opcode, ByteBuf payload) {
        int key = newMask();
        ByteBuf frame = channel.alloc().buffer(FrameHead.MAX_BYTES + payload.readableBytes());
        FrameHead.write(frame, true, opcode, payload.readableBytes(), isMasking, key);
        Masking.apply(payload, key);
        frame.writeBytes(payload);
        if (unwritten == 0) {
            send(frame);
        } else {
            if (controls == null) {
                controls = new ArrayDeque<>();
            }
            controls.add(frame);
        }
    }

    /** Masks only protect caches from scripts in browsers, so they need not be secret. */
    private int newMask() {
        return isMasking ? ThreadLocalRandom.current().nextInt() : 0;
    }

    private void send(ByteBuf bytes) {
        if (context == null || isStopped) {
            bytes.release();
            return;
        }
        // Without a promise: a failed write is followed by the end of the channel.
        context.write(bytes, context.voidPromise());
        scheduleFlush();
    }

    private void scheduleFlush() {
        if (!isFlushScheduled) {
            isFlushScheduled = true;
            channel.eventLoop().execute(flush);
        }
    }

    private void flush() {
        writePong();
        isFlushScheduled = false;
        if (context != null) {
            context.flush();
        }
    }

    /** Drops everything that is written from now on. */
    void stop() {
        isStopped = true;
    }

    /** Releases control frames that wait for the end of a frame. */
    void releaseControls() {
        if (controls != null) {
            controls.forEach(ByteBuf::release);
            controls = null;
        }
    }
}
