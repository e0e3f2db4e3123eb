package io.agyn.listener;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;

/**
 * Tracks where the frames of an HTTP/2 connection start and end (RFC 9113, section 4.1), without reading their
 * contents.
 */
final class Http2Frames {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
    private static final int HEAD = 9;
    private static final int DATA = 0x0;
    private static final int HEADERS = 0x1;
    private static final int CONTINUATION = 0x9;
    private static final int END_HEADERS = 0x4;

    private enum State {
        PREFACE,
        FRAMES,
        HTTP_1
    }

    private State state = State.PREFACE;
    private int prefaceRead;
    private int headRead;
    private int length;
    private int type;
    private int unread;
    private boolean isWithinHeaderBlock;
    private boolean hasAdvanced;

    /** Expects the preface of a connection that was upgraded from HTTP/1.1. */
    void expect() {
        if (state == State.HTTP_1) {
            state = State.PREFACE;
            prefaceRead = 0;
        }
    }

    /**
     * Reads bytes as they arrive.
     *
     * @return whether the connection speaks HTTP/2
     */
    boolean read(ByteBuf bytes) {
        hasAdvanced = false;
        int position = bytes.readerIndex();
        int end = bytes.writerIndex();
        while (state == State.PREFACE && position < end) {
            if (bytes.getByte(position++) != PREFACE[prefaceRead++]) {
                state = State.HTTP_1;
            } else if (prefaceRead == PREFACE.length) {
                state = State.FRAMES;
            }
        }
        if (state != State.FRAMES) {
            return false;
        }
        while (position < end) {
            if (headRead < HEAD) {
                readHead(bytes.getUnsignedByte(position++));
            } else {
                int skipped = Math.min(unread, end - position);
                position += skipped;
                unread -= skipped;
                hasAdvanced |= type == DATA;
            }
            if (headRead == HEAD && unread == 0) {
                headRead = 0;
                hasAdvanced |= !isWithinHeaderBlock;
            }
        }
        return true;
    }

    private void readHead(int value) {
        switch (headRead++) {
            case 0 -> length = value;
            case 1, 2 -> length = length << 8 | value;
            case 3 -> type = value;
            case 4 -> {
                if (type == HEADERS || type == CONTINUATION) {
                    isWithinHeaderBlock = (value & END_HEADERS) == 0;
                }
            }
            default -> unread = length;
        }
    }

    /** Whether a frame or a header block is incomplete. */
    boolean isIncomplete() {
        return headRead > 0 || isWithinHeaderBlock;
    }

    /** Whether the last read ended a frame outside of header blocks, or was part of a body. */
    boolean hasAdvanced() {
        return hasAdvanced;
    }

    /** Whether a frame of a body is incomplete. */
    boolean isWithinData() {
        return headRead == HEAD && type == DATA;
    }
}
