package io.agyn.proxy.websocket;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Parses frames that arrive in pieces, without keeping payloads: those of data frames are passed on in pieces, and those of control
 * frames have at most {@value FrameHead#MAX_CONTROL_BYTES} bytes. Between frames, it has no buffer. Not thread-safe.
 */
final class FrameReader {
    interface Listener {
        /**
         * A data frame starts.
         *
         * @param opcode {@link Opcode#TEXT} or {@link Opcode#BINARY} at the start of a message, else {@link Opcode#CONTINUATION}
         * @param isFinal whether the message ends with the frame
         * @param length the payload's bytes
         */
        void onFrame(int opcode, boolean isFinal, long length) throws ProtocolException;

        /** Part of a data frame's payload, unmasked; valid during this call, unless it is retained. */
        void onPayload(ByteBuf piece);

        void onFrameEnd(boolean isFinal);

        void onControl(int opcode, byte[] payload) throws ProtocolException;
    }

    private enum State {
        FIRST_BYTE,
        SECOND_BYTE,
        LENGTH,
        MASK,
        PAYLOAD
    }

    private final boolean expectsMask;
    private final Listener listener;

    private State state = State.FIRST_BYTE;
    private boolean isFinal;
    private int opcode;
    private boolean isMessageOpen;
    // The bytes of the length or the mask that have not arrived.
    private int missing;
    private int leastLength;
    private long length;
    private int mask;
    // The bytes of the payload that have not arrived.
    private long remaining;
    // Null outside of control frames.
    private byte @Nullable [] control;

    /** @param expectsMask true for frames of clients, which are masked, and false for frames of servers */
    FrameReader(boolean expectsMask, Listener listener) {
        this.expectsMask = expectsMask;
        this.listener = listener;
    }

    /** Whether bytes of a frame have arrived, and others have not. */
    boolean isInFrame() {
        return state != State.FIRST_BYTE;
    }

    /** Reads at most one head, or part of one payload, from a readable buffer. */
    void readNext(ByteBuf bytes) throws ProtocolException {
        boolean isAfterHead = false;
        while (!isAfterHead && bytes.isReadable()) {
            switch (state) {
                case FIRST_BYTE -> readFirst(bytes.readByte());
                case SECOND_BYTE -> isAfterHead = readSecond(bytes.readByte());
                case LENGTH -> isAfterHead = readLength(bytes.readByte());
                case MASK -> isAfterHead = readMask(bytes.readByte());
                case PAYLOAD -> {
                    readPayload(bytes.readSlice((int) Math.min(remaining, bytes.readableBytes())));
                    return;
                }
            }
        }
    }

    private void readFirst(byte b) throws ProtocolException {
        isFinal = (b & FrameHead.FINAL) != 0;
        opcode = b & FrameHead.OPCODE;
        if ((b & FrameHead.RESERVED) != 0) {
            throw violation("a reserved bit is set");
        }
        if (!Opcode.isKnown(opcode)) {
            throw violation("unknown opcode");
        }
        if (Opcode.isControl(opcode)) {
            if (!isFinal) {
                throw violation("a fragmented control frame");
            }
        } else if (isMessageOpen != (opcode == Opcode.CONTINUATION)) {
            throw violation(isMessageOpen ? "a message inside a message" : "a continuation without a message");
        }
        state = State.SECOND_BYTE;
    }

    /** Returns whether the head has ended; so do the methods that follow. */
    private boolean readSecond(byte b) throws ProtocolException {
        if ((b & FrameHead.MASKED) != 0 != expectsMask) {
            throw violation(expectsMask ? "an unmasked frame" : "a masked frame");
        }
        int given = b & FrameHead.LENGTH;
        if (Opcode.isControl(opcode) && given > FrameHead.MAX_CONTROL_BYTES) {
            throw violation("a long control frame");
        }
        length = 0;
        switch (given) {
            case FrameHead.SHORT_LENGTH -> {
                missing = Short.BYTES;
                leastLength = FrameHead.SHORT_LENGTH;
            }
            case FrameHead.LONG_LENGTH -> {
                missing = Long.BYTES;
                leastLength = FrameHead.LARGEST_SHORT + 1;
            }
            default -> {
                length = given;
                return onLength();
            }
        }
        state = State.LENGTH;
        return false;
    }

    private boolean readLength(byte b) throws ProtocolException {
        length = length << Byte.SIZE | b & 0xFF;
        missing--;
        if (missing > 0) {
            return false;
        }
        if (length >= 0 && length < leastLength) {
            throw violation("a length in more bytes than it needs");
        }
        return onLength();
    }

    private boolean onLength() throws ProtocolException {
        if (length < 0) {
            throw violation("a negative length");
        }
        mask = 0;
        if (expectsMask) {
            state = State.MASK;
            missing = Integer.BYTES;
            return false;
        }
        return onHead();
    }

    private boolean readMask(byte b) throws ProtocolException {
        mask = mask << Byte.SIZE | b & 0xFF;
        missing--;
        return missing == 0 && onHead();
    }

    private boolean onHead() throws ProtocolException {
        state = State.PAYLOAD;
        remaining = length;
        if (Opcode.isControl(opcode)) {
            control = new byte[(int) length];
        } else {
            isMessageOpen = !isFinal;
            listener.onFrame(opcode, isFinal, length);
        }
        if (remaining == 0) {
            end();
        }
        return true;
    }

    private void readPayload(ByteBuf piece) throws ProtocolException {
        int size = piece.readableBytes();
        Masking.apply(piece, mask);
        mask = Masking.rotate(mask, size);
        byte[] kept = control;
        if (kept == null) {
            remaining -= size;
            listener.onPayload(piece);
        } else {
            piece.readBytes(kept, (int) (length - remaining), size);
            remaining -= size;
        }
        if (remaining == 0) {
            end();
        }
    }

    private void end() throws ProtocolException {
        state = State.FIRST_BYTE;
        byte[] ended = control;
        if (ended == null) {
            listener.onFrameEnd(isFinal);
        } else {
            control = null;
            listener.onControl(opcode, ended);
        }
    }

    private static ProtocolException violation(String message) {
        return new ProtocolException(CloseCode.PROTOCOL_ERROR, message);
    }
}
