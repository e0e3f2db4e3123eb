package io.agyn.proxy.websocket;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class SocketTest {
    private static final int MASK = 0x0102_0304;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<String> events = new ArrayList<>();
    private Socket socket;

    @BeforeEach
    void open() {
        socket = new Socket(Socket.Peer.CLIENT, channel, Runnable::run, new Recorder());
        channel.pipeline().addLast(socket);
    }

    @Test
    void pingDuringALongFrameIsAnsweredAfterIt() {
        socket.beginFrame(Opcode.TEXT, true, 4);
        socket.write(bytes("ab"));
        channel.writeInbound(fromClient(true, Opcode.PING, "x"));
        socket.write(bytes("cd"));
        assertThat(sent()).isEqualTo("8104" + hex("abcd") + "8a01" + hex("x"));
    }

    @Test
    void floodOfPingsGetsOnePong() {
        channel.writeInbound(Unpooled.wrappedBuffer(
                fromClient(true, Opcode.PING, "a"),
                fromClient(true, Opcode.PING, "b"),
                fromClient(true, Opcode.PING, "c")));
        assertThat(sent()).isEqualTo("8a01" + hex("c"));
    }

    @Test
    void messagesArePassedOnAndPausedInTheMiddle() {
        channel.writeInbound(fromClient(false, Opcode.TEXT, "ab"));
        socket.setPaused(true);
        channel.writeInbound(fromClient(true, Opcode.CONTINUATION, "cd"));
        assertThat(events).containsExactly("frame 1 2", "ab", "end");
        socket.setPaused(false);
        assertThat(events).containsExactly("frame 1 2", "ab", "end", "frame 0 2", "cd", "final end");
    }

    @Test
    void closeIsEchoedAndEndsTheConnection() {
        channel.writeInbound(fromClient(true, Opcode.CLOSE, "\u0003\u00e8bye"));
        assertThat(events).containsExactly("closed 1000 bye");
        assertThat(sent()).isEqualTo("880203e8");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void closeWithoutACodeIsEchoed() {
        channel.writeInbound(fromClient(true, Opcode.CLOSE, ""));
        assertThat(events).containsExactly("closed 1005 ");
        assertThat(sent()).isEqualTo("8800");
    }

    @Test
    void ownCloseWaitsForThePeers() {
        socket.close(CloseCode.SERVICE_RESTART, "restart");
        channel.writeInbound(fromClient(true, Opcode.TEXT, "late"));
        assertThat(sent()).isEqualTo("880903f4" + hex("restart"));
        assertThat(channel.isOpen()).isTrue();
        channel.writeInbound(fromClient(true, Opcode.CLOSE, "\u0003\u00f4"));
        assertThat(channel.isOpen()).isFalse();
        assertThat(events).containsExactly("closed 1012 ");
    }

    @Test
    void peerThatDoesNotCloseIsCut() {
        channel.freezeTime();
        socket.close(CloseCode.NORMAL, "");
        channel.advanceTimeBy(4, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isTrue();
        channel.advanceTimeBy(2, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isFalse();
        assertThat(events).containsExactly("closed 1006 ");
    }

    @Test
    void unreadBytesOfALostClientAreReleased() {
        ByteBuf unread = fromClient(true, Opcode.TEXT, "ab");
        socket.setPaused(true);
        channel.writeInbound(unread);
        assertThat(unread.refCnt()).isEqualTo(1);
        channel.close();
        assertThat(unread.refCnt()).isZero();
        assertThat(events).containsExactly("closed 1006 ");
    }

    @Test
    void messagesOfALostServerWaitUntilTheyAreRead() {
        EmbeddedChannel other = new EmbeddedChannel();
        Socket client = new Socket(Socket.Peer.SERVER, other, Runnable::run, new Recorder());
        other.pipeline().addLast(client);
        client.setPaused(true);
        other.writeInbound(Unpooled.wrappedBuffer(Frames.frame(true, Opcode.TEXT, 0, new byte[] {'a'})));
        other.close();
        assertThat(events).isEmpty();
        assertThat(client.isClosing()).isTrue();
        client.setPaused(false);
        assertThat(events).containsExactly("frame 1 1", "a", "final end", "closed 1006 ");
    }

    @Test
    void invalidFrameOfAServerLosesTheConnection() {
        EmbeddedChannel other = new EmbeddedChannel();
        other.pipeline().addLast(new Socket(Socket.Peer.SERVER, other, Runnable::run, new Recorder()));
        other.writeInbound(fromClient(true, Opcode.TEXT, "masked"));
        assertThat(events).containsExactly("closed 1006 ");
        assertThat(other.isOpen()).isFalse();
    }

    @Test
    void violationClosesWithItsCode() {
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {(byte) 0xC1}));
        assertThat(sent()).isEqualTo("880203ea");
        assertThat(channel.isOpen()).isFalse();
        assertThat(events).containsExactly("closed 1002 ");
    }

    @Test
    void silentPeerIsCheckedOnceAndGivenUp() {
        long now = System.nanoTime();
        socket.checkTime(now + TimeUnit.SECONDS.toNanos(29));
        assertThat(sent()).isEmpty();
        socket.checkTime(now + TimeUnit.SECONDS.toNanos(32));
        socket.checkTime(now + TimeUnit.SECONDS.toNanos(40));
        assertThat(sent()).isEqualTo("8900");
        socket.checkTime(now + TimeUnit.SECONDS.toNanos(95));
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void framesToAServerAreMasked() throws Exception {
        EmbeddedChannel other = new EmbeddedChannel();
        Socket client = new Socket(Socket.Peer.SERVER, other, Runnable::run, new Recorder());
        other.pipeline().addLast(client);
        client.beginFrame(Opcode.TEXT, true, 5);
        client.write(bytes("abc"));
        client.write(bytes("de"));
        other.runPendingTasks();
        Frames frames = new Frames();
        assertThat(Frames.read(ByteBufUtil.decodeHexDump(sent(other)), true, new Random(1), frames))
                .isZero();
        assertThat(frames.read).containsExactly("final 1 " + hex("abcde"));
    }

    private static ByteBuf fromClient(boolean isFinal, int opcode, String payload) {
        byte[] bytes = payload.getBytes(ISO_8859_1);
        return Unpooled.wrappedBuffer(Frames.frame(isFinal, opcode, MASK, bytes));
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, US_ASCII);
    }

    private static String hex(String text) {
        return ByteBufUtil.hexDump(text.getBytes(US_ASCII));
    }

    private String sent() {
        channel.runPendingTasks();
        return sent(channel);
    }

    private static String sent(EmbeddedChannel from) {
        StringBuilder hex = new StringBuilder();
        for (ByteBuf piece = from.readOutbound(); piece != null; piece = from.readOutbound()) {
            hex.append(ByteBufUtil.hexDump(piece));
            piece.release();
        }
        return hex.toString();
    }

    private final class Recorder implements Socket.Listener {
        @Override
        public void onFrame(int opcode, boolean isFinal, long length) {
            events.add("frame " + opcode + " " + length);
        }

        @Override
        public void onPayload(ByteBuf piece) {
            events.add(piece.toString(US_ASCII));
        }

        @Override
        public void onFrameEnd(boolean isFinal) {
            events.add(isFinal ? "final end" : "end");
        }

        @Override
        public void onWritabilityChanged() {
            // Not used here.
        }

        @Override
        public void onClosed(int code, String reason) {
            events.add("closed " + code + " " + reason);
        }
    }
}
