package io.agyn.proxy.exchange;

import io.agyn.proxy.body.Edit;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** A part of a body with several edits, which are added in their order. */
final class BodyEdits {
    private final ByteBuf rest;
    private final ByteBuf edited;
    private final long start;

    /** @param start the offset of the first byte in the body */
    BodyEdits(ByteBuf bytes, long start) {
        this.rest = bytes.slice();
        this.edited = Unpooled.buffer(rest.readableBytes());
        this.start = start;
    }

    void add(Edit edit, byte[] text) {
        edited.writeBytes(rest, Math.toIntExact(edit.from() - start) - rest.readerIndex());
        edited.writeBytes(text);
        rest.readerIndex(Math.toIntExact(edit.to() - start));
    }

    ByteBuf end() {
        return edited.writeBytes(rest);
    }

    /** Applies a single edit, without a copy of bytes that are in several buffers. */
    static ByteBuf apply(ByteBuf bytes, long start, Edit edit, byte[] text) {
        int first = bytes.readerIndex();
        int from = Math.toIntExact(edit.from() - start);
        int to = Math.toIntExact(edit.to() - start);
        int tail = bytes.readableBytes() - to;
        // Netty releases an empty first part of a composite buffer, and all bytes with it.
        if (bytes.hasArray() || from == 0) {
            byte[] copy = new byte[from + text.length + tail];
            bytes.getBytes(first, copy, 0, from);
            System.arraycopy(text, 0, copy, from, text.length);
            bytes.getBytes(first + to, copy, from + text.length, tail);
            return Unpooled.wrappedBuffer(copy);
        }
        return Unpooled.wrappedBuffer(
                bytes.slice(first, from), Unpooled.wrappedBuffer(text), bytes.slice(first + to, tail));
    }
}
