package io.agyn.proxy.websocket;

import io.netty.buffer.ByteBuf;

/** Writes the heads of frames (RFC 6455, section 5.2). */
final class FrameHead {
    static final int FINAL = 0x80;
    static final int MASKED = 0x80;
    static final int RESERVED = 0x70;
    static final int OPCODE = 0x0F;
    static final int LENGTH = 0x7F;
    /** The mark of a length in the next two bytes. */
    static final int SHORT_LENGTH = 126;
    /** The mark of a length in the next eight bytes. */
    static final int LONG_LENGTH = 127;

    /** The largest length in two bytes. */
    static final int LARGEST_SHORT = 0xFFFF;

    static final int MAX_BYTES = 14;
    static final int MAX_CONTROL_BYTES = 125;

    private FrameHead() {}

    /** @param length the payload's bytes */
    static void write(ByteBuf to, boolean isFinal, int opcode, long length, boolean isMasked, int mask) {
        int maskBit = isMasked ? MASKED : 0;
        to.writeByte((isFinal ? FINAL : 0) | opcode);
        if (length < SHORT_LENGTH) {
            to.writeByte(maskBit | (int) length);
        } else if (length <= LARGEST_SHORT) {
            to.writeByte(maskBit | SHORT_LENGTH);
            to.writeShort((int) length);
        } else {
            to.writeByte(maskBit | LONG_LENGTH);
            to.writeLong(length);
        }
        if (isMasked) {
            to.writeInt(mask);
        }
    }
}
