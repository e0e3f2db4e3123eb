package io.agyn.proxy.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class FrameReaderTest {
    private static final int MASK = 0x81C3_05F7;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 7, 8, 125, 126, 127, 65_535, 65_536, 100_001})
    void framesOfEachLengthAreReadInAnyPieces(int length) {
        byte[] payload = new byte[length];
        new Random(length).nextBytes(payload);
        for (int seed = 0; seed < 20; seed++) {
            Frames frames = new Frames();
            byte[] bytes = Frames.frame(true, Opcode.TEXT, MASK, payload);
            assertThat(Frames.read(bytes, true, new Random(seed), frames)).isZero();
            assertThat(frames.read).containsExactly("final 1 " + ByteBufUtil.hexDump(payload));
        }
    }

    @Test
    void controlFramesMayComeBetweenFragments() {
        ByteBuf bytes = Unpooled.wrappedBuffer(
                Frames.frame(false, Opcode.TEXT, 0, new byte[] {1}),
                Frames.frame(true, Opcode.PING, 0, new byte[] {2}),
                Frames.frame(true, Opcode.CONTINUATION, 0, new byte[] {3}),
                Frames.frame(true, Opcode.BINARY, 0, new byte[] {4}));
        Frames frames = new Frames();
        assertThat(Frames.read(ByteBufUtil.getBytes(bytes), false, new Random(1), frames))
                .isZero();
        assertThat(frames.read).containsExactly("begin 1 01", "final 9 02", "final 0 03", "final 2 04");
    }

    @ParameterizedTest
    @CsvSource({
        "an unmasked frame of a client, true, 8100",
        "a masked frame of a server, false, 818000000000",
        "reserved bit, false, C100",
        "unknown opcode, false, 8300",
        "unknown control opcode, false, 8B00",
        "fragmented ping, false, 0900",
        "long ping, false, 897E0080",
        "continuation without a message, false, 8000",
        "message in a message, false, 01008100",
        "padded length, false, 817E0001",
        "padded long length, false, 817F000000000000FFFF",
        "negative length, false, 817FFFFFFFFFFFFFFFFF"
    })
    void violationEndsTheConnection(String violation, boolean fromClient, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        assertThat(Frames.read(bytes, fromClient, new Random(1), new Frames()))
                .as(violation)
                .isEqualTo(CloseCode.PROTOCOL_ERROR);
    }

    @Test
    void headOfAFrameOf4GibIsWrittenAndRead() throws Exception {
        ByteBuf head = Unpooled.buffer();
        FrameHead.write(head, true, Opcode.TEXT, 1L << 32, true, MASK);
        assertThat(head.readableBytes()).isEqualTo(FrameHead.MAX_BYTES);
        long[] length = {0};
        FrameReader reader = new FrameReader(true, new FrameReader.Listener() {
            @Override
            public void onFrame(int opcode, boolean isFinal, long bytes) {
                length[0] = bytes;
            }

            @Override
            public void onPayload(ByteBuf piece) {
                // None arrives.
            }

            @Override
            public void onFrameEnd(boolean isFinal) {
                throw new AssertionError("ended");
            }

            @Override
            public void onControl(int opcode, byte[] payload) {
                throw new AssertionError("no control frame");
            }
        });
        reader.readNext(head);
        assertThat(length[0]).isEqualTo(1L << 32);
        assertThat(reader.isInFrame()).isTrue();
    }
}
