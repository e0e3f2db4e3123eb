package io.agyn.proxy.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;

/** Frames of any peer, compared with Netty's decoder. */
@Timeout(60)
class FrameReaderFuzz {
    private static final WebSocketDecoderConfig CONFIG = WebSocketDecoderConfig.newBuilder()
            .maxFramePayloadLength(1 << 20)
            .withUTF8Validator(false)
            .closeOnProtocolViolation(false)
            .build();

    @FuzzTest
    void framesAreThoseThatNettyReads(byte[] bytes) {
        List<String> expected = new ArrayList<>();
        boolean isViolation = false;
        EmbeddedChannel netty = new EmbeddedChannel(new WebSocket13FrameDecoder(CONFIG));
        try {
            netty.writeInbound(Unpooled.wrappedBuffer(bytes));
        } catch (CorruptedWebSocketFrameException e) {
            if (e.getCause() instanceof TooLongFrameException
                    || String.valueOf(e.getMessage()).contains("Max frame")) {
                return;
            }
            isViolation = true;
        }
        boolean isClosed = false;
        for (WebSocketFrame frame = netty.readInbound(); frame != null; frame = netty.readInbound()) {
            expected.add(Frames.text(frame.isFinalFragment(), opcode(frame), frame.content()));
            isClosed |= frame instanceof CloseWebSocketFrame;
            frame.release();
        }
        Frames frames = new Frames();
        int code = Frames.read(bytes, true, new Random(Arrays.hashCode(bytes)), frames);
        // Netty ignores the frames after a close frame, and checks close codes.
        List<String> read = isClosed || isViolation
                ? frames.read.subList(0, Math.min(expected.size(), frames.read.size()))
                : frames.read;
        assertThat(read).isEqualTo(expected);
        if (!isClosed && !isViolation) {
            assertThat(code).isZero();
        }
        if (isViolation && code == 0) {
            // The violation was in the payload of a close frame.
            assertThat(frames.read.get(expected.size())).startsWith("final 8 ");
        }
    }

    private static int opcode(WebSocketFrame frame) {
        return switch (frame) {
            case TextWebSocketFrame text -> Opcode.TEXT;
            case BinaryWebSocketFrame binary -> Opcode.BINARY;
            case CloseWebSocketFrame close -> Opcode.CLOSE;
            case PingWebSocketFrame ping -> Opcode.PING;
            case PongWebSocketFrame pong -> Opcode.PONG;
            default -> Opcode.CONTINUATION;
        };
    }
}
