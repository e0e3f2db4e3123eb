package io.agyn.proxy.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The frames that a {@link FrameReader} reports, as text, such as {@code final 1 48690a}. */
final class Frames implements FrameReader.Listener {
    final List<String> read = new ArrayList<>();
    private String head = "";
    private final ByteBuf payload = Unpooled.buffer();
    private long length;

    /** Reads bytes in pieces; returns the close code of a violation, or 0. */
    static int read(byte[] bytes, boolean expectsMask, Random random, Frames frames) {
        FrameReader reader = new FrameReader(expectsMask, frames);
        int at = 0;
        while (at < bytes.length) {
            int size = Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 3 : 1000));
            ByteBuf piece = Unpooled.copiedBuffer(bytes, at, size);
            at += size;
            while (piece.isReadable()) {
                try {
                    reader.readNext(piece);
                } catch (ProtocolException e) {
                    return e.code();
                }
            }
        }
        return 0;
    }

    static byte[] frame(boolean isFinal, int opcode, int mask, byte[] payload) {
        ByteBuf frame = Unpooled.buffer();
        FrameHead.write(frame, isFinal, opcode, payload.length, mask != 0, mask);
        ByteBuf body = Unpooled.copiedBuffer(payload);
        Masking.apply(body, mask);
        frame.writeBytes(body);
        return ByteBufUtil.getBytes(frame);
    }

    static String text(boolean isFinal, int opcode, ByteBuf payload) {
        return (isFinal ? "final " : "begin ") + opcode + " " + ByteBufUtil.hexDump(payload);
    }

    @Override
    public void onFrame(int opcode, boolean isFinal, long bytes) {
        head = (isFinal ? "final " : "begin ") + opcode + " ";
        length = bytes;
        payload.clear();
    }

    @Override
    public void onPayload(ByteBuf piece) {
        payload.writeBytes(piece);
    }

    @Override
    public void onFrameEnd(boolean isFinal) {
        if (payload.readableBytes() != length) {
            throw new AssertionError("the frame's length was " + length);
        }
        read.add(head + ByteBufUtil.hexDump(payload));
    }

    @Override
    public void onControl(int opcode, byte[] bytes) {
        read.add(text(true, opcode, Unpooled.wrappedBuffer(bytes)));
    }
}
