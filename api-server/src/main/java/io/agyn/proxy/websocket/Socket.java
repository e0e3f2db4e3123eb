package io.agyn.proxy.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.agyn.logging.Exceptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One end of a WebSocket, as a handler of a channel whose HTTP has ended. It responds to pings, checks a silent peer by a ping, and
 * closes. Frames pass in both directions without being collected, so that a message needs no memory for its length. Confined to the
 * channel's event loop.
 */
public final class Socket extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = Logger.getLogger(Socket.class);
    private static final long PING_AFTER = Duration.ofSeconds(30).toNanos();
    private static final long GIVE_UP_AFTER = Duration.ofSeconds(90).toNanos();
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final int MAX_REASON_BYTES = FrameHead.MAX_CONTROL_BYTES - Short.BYTES;
    private static final byte[] EMPTY = {};

    /** The other end. */
    public enum Peer {
        /** Its frames are masked. */
        CLIENT,
        /** Frames to it are masked. */
        SERVER
    }

    public interface Listener {
        /**
         * A data frame starts.
         *
         * @param opcode {@link Opcode#TEXT} or {@link Opcode#BINARY} at the start of a message, else {@link Opcode#CONTINUATION}
         * @param isFinal whether the message ends with the frame
         * @param length the payload's bytes
         */
        void onFrame(int opcode, boolean isFinal, long length);

        /** Part of a data frame's payload; valid during this call, unless it is retained. */
        void onPayload(ByteBuf piece);

        void onFrameEnd(boolean isFinal);

        /** {@link #isWritable} has changed. */
        void onWritabilityChanged();

        /**
         * The peer has closed the WebSocket, the connection is lost, or a frame was invalid. Called once, as the last method.
         *
         * @param code the peer's code, {@link CloseCode#NO_STATUS} or {@link CloseCode#ABNORMAL}; for a client's invalid frame,
         *     the code that it was sent
         */
        void onClosed(int code, String reason);
    }

    private final Peer peer;
    private final Channel channel;
    private final Executor dispatcher;
    private final Listener listener;
    private final FrameReader reader;
    private final FrameWriter writer;
    private @Nullable ChannelHandlerContext context;

    // Received bytes that wait because reading is paused.
    private @Nullable ByteBuf unread;
    private boolean isReading;
    private boolean isPaused;
    private long lastRead = System.nanoTime();
    private boolean isChecked;

    // The connection is lost.
    private boolean isInactive;
    private boolean isOver;

    /**
     * Creates a handler, to be added to the channel's pipeline.
     *
     * @param dispatcher runs the listener's methods at once, in their context
     */
    public Socket(Peer peer, Channel channel, Executor dispatcher, Listener listener) {
        this.peer = peer;
        this.channel = channel;
        this.dispatcher = dispatcher;
        this.listener = listener;
        this.reader = new FrameReader(peer == Peer.CLIENT, new Frames());
        this.writer = new FrameWriter(peer == Peer.SERVER, channel);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        writer.open(added);
        channel.config().setAutoRead(true);
    }

    // Read

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
        if (message instanceof ByteBuf bytes) {
            receive(bytes);
        } else {
            from.fireChannelRead(message);
        }
    }

    /** Reads bytes that came before this handler was added. */
    public void receive(ByteBuf bytes) {
        lastRead = System.nanoTime();
        isChecked = false;
        if (isOver) {
            bytes.release();
            return;
        }
        ByteBuf before = unread;
        unread = before == null ? bytes : channel.alloc().compositeBuffer().addComponents(true, before, bytes);
        dispatcher.execute(this::read);
    }

    private void read() {
        if (isReading) {
            return;
        }
        isReading = true;
        try {
            while (!isPaused && !dropsUnread() && unread != null && unread.isReadable()) {
                reader.readNext(unread);
            }
        } catch (ProtocolException e) {
            fail(e.code());
        } catch (RuntimeException e) {
            LOG.error("A WebSocket failed", Exceptions.withoutMessages(e));
            fail(CloseCode.INTERNAL_ERROR);
        } finally {
            isReading = false;
        }
        if (unread != null && (dropsUnread() || !unread.isReadable())) {
            unread.release();
            unread = null;
        }
        if (isInactive && !isOver && unread == null) {
            setOver();
            listener.onClosed(CloseCode.ABNORMAL, "");
        }
    }

    /** Whether received bytes are not needed: a client that has disconnected gets no response to them. */
    private boolean dropsUnread() {
        return isOver || isInactive && peer == Peer.CLIENT;
    }

    /** Pauses or resumes reading. */
    public void setPaused(boolean paused) {
        if (isPaused == paused) {
            return;
        }
        isPaused = paused;
        channel.config().setAutoRead(!paused);
        if (!paused) {
            lastRead = System.nanoTime();
            read();
        }
    }

    public boolean isPaused() {
        return isPaused;
    }

    /** Whether a frame has arrived in part. */
    public boolean isInFrame() {
        return reader.isInFrame();
    }

    private final class Frames implements FrameReader.Listener {
        @Override
        public void onFrame(int opcode, boolean isFinal, long length) {
            if (!writer.isClosed()) {
                listener.onFrame(opcode, isFinal, length);
            }
        }

        @Override
        public void onPayload(ByteBuf piece) {
            if (!writer.isClosed()) {
                listener.onPayload(piece);
            }
        }

        @Override
        public void onFrameEnd(boolean isFinal) {
            if (!writer.isClosed()) {
                listener.onFrameEnd(isFinal);
            }
        }

        @Override
        public void onControl(int opcode, byte[] payload) throws ProtocolException {
            if (opcode == Opcode.CLOSE) {
                onClose(payload);
            } else if (opcode == Opcode.PING && !writer.isClosed() && isWritable()) {
                // A peer that pings without reading gets no more pongs, which would fill the memory.
                writer.pong(payload);
            }
        }
    }

    // Write

    /** Whether the peer reads fast enough. */
    public boolean isWritable() {
        return channel.isWritable();
    }

    /** Whether a frame has been written in part. */
    public boolean isWritingFrame() {
        return writer.isInFrame();
    }

    /** Starts a data frame; its payload follows by {@link #write}. */
    public void beginFrame(int opcode, boolean isFinal, long length) {
        writer.beginFrame(opcode, isFinal, length);
    }

    /**
     * Writes part of the payload of a frame.
     *
     * @param piece is released, and changed if the peer is a server
     */
    public void write(ByteBuf piece) {
        writer.write(piece);
    }

    /** Writes a text message in one frame. */
    public void writeText(byte[] text) {
        if (!writer.isClosed()) {
            writer.beginFrame(Opcode.TEXT, true, text.length);
            writer.write(Unpooled.wrappedBuffer(text));
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext from) {
        if (!isOver) {
            dispatcher.execute(listener::onWritabilityChanged);
        }
        from.fireChannelWritabilityChanged();
    }

    // Close

    /** Whether messages are no longer sent. */
    public boolean isClosing() {
        return writer.isClosed() || isInactive;
    }

    /**
     * Closes the WebSocket after the current frame. The peer's later messages are dropped.
     *
     * @param code a valid code, or {@link CloseCode#NO_STATUS}
     */
    public void close(int code, String reason) {
        if (writer.isClosed()) {
            return;
        }
        writeClose(code, reason);
        setPaused(false);
    }

    private void writeClose(int code, String reason) {
        writer.writeClose(closePayload(code, reason));
        // The peer may neither read the close frame nor send its own.
        channel.eventLoop().schedule(this::cut, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void cut() {
        if (context == null) {
            channel.close();
        } else {
            // Starting at this handler: Vert.x' would wait until the peer has read everything.
            context.close();
        }
    }

    /** Closes the connection without a close frame. */
    public void abort() {
        writer.close();
        cut();
        setPaused(false);
    }

    private void fail(int code) {
        close(code, "");
        end(peer == Peer.SERVER ? CloseCode.ABNORMAL : code, "");
    }

    private void onClose(byte[] payload) throws ProtocolException {
        int code = CloseCode.NO_STATUS;
        String reason = "";
        if (payload.length == 1) {
            throw new ProtocolException(CloseCode.PROTOCOL_ERROR, "half a close code");
        }
        if (payload.length > 1) {
            code = (payload[0] & 0xFF) << Byte.SIZE | payload[1] & 0xFF;
            reason = new String(payload, Short.BYTES, payload.length - Short.BYTES, UTF_8);
            if (!CloseCode.isValid(code)) {
                throw new ProtocolException(CloseCode.PROTOCOL_ERROR, "an invalid close code");
            }
        }
        if (!writer.isClosed()) {
            writeClose(code, "");
        }
        end(code, reason);
    }

    /** Ends the WebSocket; the connection closes when the close frame is sent. */
    private void end(int code, String reason) {
        if (isOver) {
            return;
        }
        setOver();
        listener.onClosed(code, reason);
        if (writer.isInFrame() || context == null) {
            // The close frame would have to wait for the rest of the frame, which the peer does not read.
            cut();
        } else {
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void setOver() {
        isOver = true;
        writer.stop();
    }

    private static byte[] closePayload(int code, String reason) {
        if (!CloseCode.isValid(code)) {
            return EMPTY;
        }
        byte[] text = reason.getBytes(UTF_8);
        // A longer one would have to be cut between characters.
        int length = text.length <= MAX_REASON_BYTES ? text.length : 0;
        byte[] payload = new byte[Short.BYTES + length];
        payload[0] = (byte) (code >> Byte.SIZE);
        payload[1] = (byte) code;
        System.arraycopy(text, 0, payload, Short.BYTES, length);
        return payload;
    }

    @Override
    public void channelInactive(ChannelHandlerContext from) {
        isInactive = true;
        // A server's last messages are read, as soon as reading is not paused.
        dispatcher.execute(this::read);
        writer.releaseControls();
        from.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext from, Throwable failure) {
        // Mostly a reset; Vert.x would log it as an error.
        from.close();
    }

    // Time

    /**
     * Checks the peer by a ping after silence, and gives it up. Called from time to time.
     *
     * @param now a recent {@link System#nanoTime}
     */
    public void checkTime(long now) {
        if (!writer.isClosed() && !isPaused) {
            if (now - lastRead > GIVE_UP_AFTER) {
                cut();
            } else if (now - lastRead > PING_AFTER && !isChecked) {
                isChecked = true;
                writer.writePing();
            }
        }
    }
}
