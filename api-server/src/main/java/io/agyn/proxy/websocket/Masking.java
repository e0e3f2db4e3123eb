package io.agyn.proxy.websocket;

import io.netty.buffer.ByteBuf;

/** Masks and unmasks payloads (RFC 6455, section 5.3). */
final class Masking {
    private Masking() {}

    /**
     * Applies a mask to the readable bytes of a buffer, in place.
     *
     * @param mask rotated so that its first byte is for the first readable byte
     */
    static void apply(ByteBuf payload, int mask) {
        if (mask == 0) {
            return;
        }
        int i = payload.readerIndex();
        int end = payload.writerIndex();
        long wide = (long) mask << Integer.SIZE | mask & 0xFFFF_FFFFL;
        for (; end - i >= Long.BYTES; i += Long.BYTES) {
            payload.setLong(i, payload.getLong(i) ^ wide);
        }
        for (int shift = Integer.SIZE - Byte.SIZE; i < end; i++, shift = shift - Byte.SIZE & Integer.SIZE - 1) {
            payload.setByte(i, payload.getByte(i) ^ mask >> shift);
        }
    }

    /** Returns the mask for the bytes that follow a number of masked bytes. */
    static int rotate(int mask, int bytes) {
        return Integer.rotateLeft(mask, bytes % Integer.BYTES * Byte.SIZE);
    }
}
