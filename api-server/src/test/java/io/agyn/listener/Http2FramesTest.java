package io.agyn.listener;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class Http2FramesTest {
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int PING = 6;
    private static final int CONTINUATION = 9;
    private static final int END_HEADERS = 4;

    private final Http2Frames frames = new Http2Frames();

    @Test
    void http1IsNotFollowed() {
        assertThat(frames.read(bytes("P"))).isFalse();
        assertThat(frames.read(bytes("OST / HTTP/1.1\r\n"))).isFalse();
        assertThat(frames.read(bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))).isFalse();
    }

    @Test
    void upgradedConnectionIsFollowedFromItsPreface() {
        frames.read(bytes("GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n"));
        frames.expect();
        assertThat(frames.read(preface())).isTrue();
        assertThat(frames.isIncomplete()).isFalse();
    }

    @Test
    void everySplitOfTheSameBytesEndsTheSame() {
        ByteBuf all = Unpooled.wrappedBuffer(
                preface(),
                frame(HEADERS, END_HEADERS, 300),
                frame(DATA, 0, 70_000),
                frame(PING, 0, 8),
                frame(HEADERS, 0, 0),
                frame(CONTINUATION, END_HEADERS, 5));
        for (int size = 1; size <= all.readableBytes(); size = size < 40 ? size + 1 : size * 3) {
            Http2Frames split = new Http2Frames();
            for (int at = 0; at < all.readableBytes(); at += size) {
                split.read(all.slice(at, Math.min(size, all.readableBytes() - at)));
                assertThat(all.readerIndex()).isZero();
            }
            assertThat(split.isIncomplete()).as("in pieces of %d", size).isFalse();
        }
    }

    @Test
    void headerBlockEndsWithItsLastFrame() {
        frames.read(preface());
        frames.read(frame(HEADERS, 0, 10));
        assertThat(frames.isIncomplete()).isTrue();
        for (int i = 0; i < 5; i++) {
            frames.read(frame(CONTINUATION, 0, 0));
            assertThat(frames.isIncomplete()).isTrue();
            assertThat(frames.hasAdvanced()).isFalse();
        }
        frames.read(frame(CONTINUATION, END_HEADERS, 1));
        assertThat(frames.isIncomplete()).isFalse();
        assertThat(frames.hasAdvanced()).isTrue();
    }

    @Test
    void bodyAdvancesByPieceAndOtherFramesAtTheirEnd() {
        frames.read(preface());
        ByteBuf data = frame(DATA, 0, 100);
        frames.read(data.slice(0, 50));
        assertThat(frames.isWithinData()).isTrue();
        frames.read(data.slice(50, 10));
        assertThat(frames.hasAdvanced()).isTrue();
        frames.read(data.slice(60, 49));
        assertThat(frames.isWithinData()).isFalse();
        ByteBuf ping = frame(PING, 0, 8);
        frames.read(ping.slice(0, 10));
        assertThat(frames.isWithinData()).isFalse();
        frames.read(ping.slice(10, 3));
        assertThat(frames.hasAdvanced()).isFalse();
        assertThat(frames.isIncomplete()).isTrue();
    }

    private static ByteBuf preface() {
        return Unpooled.wrappedBuffer(bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(4, 0, 0));
    }

    private static ByteBuf frame(int type, int flags, int length) {
        return Unpooled.buffer()
                .writeMedium(length)
                .writeByte(type)
                .writeByte(flags)
                .writeInt(1)
                .writeZero(length);
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, US_ASCII);
    }
}
