package io.agyn.listener;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * One caller's connection: whether a request's head is late, as in a slowloris attack (RFC 9110, section 15.5.9), and
 * whether requests are in flight. It is confined to its event loop.
 *
 * <p>The time limit applies from the connection to its first request, and later from the first byte of a head or,
 * over HTTP/2, of a frame or a header block. Idle kept-alive connections have no limit.
 */
final class CallerConnection extends ChannelInboundHandlerAdapter {
    private static final AttributeKey<CallerConnection> KEY =
            AttributeKey.valueOf(CallerConnection.class, "connection");

    // Vert.x's name for its last handler.
    private static final String VERTX_HANDLER = "handler";

    private final CallerConnections connections;
    private final InetAddress source;
    private final Channel channel;
    private final Http2Frames frames = new Http2Frames();

    // The last request over HTTP/1.1; null before it, and after an upgrade.
    private @Nullable HttpServerRequest request;
    private @Nullable Upgraded upgraded;
    private boolean isWaiting = true;
    private long waitingSince = System.nanoTime();
    private boolean isFirst = true;

    CallerConnection(CallerConnections connections, InetAddress source, Channel channel) {
        this.connections = connections;
        this.source = source;
        this.channel = channel;
        channel.attr(KEY).set(this);
    }

    /** Returns a request's connection; null if it is not this server's, as in tests. */
    static @Nullable CallerConnection of(HttpServerRequest request) {
        return request.connection() instanceof ConnectionBase connection
                ? connection.channel().attr(KEY).get()
                : null;
    }

    /** Handles a request whose head has been read. */
    void onRequest(HttpServerRequest read) {
        if (read.version() == HttpVersion.HTTP_2) {
            if (isFirst) {
                isFirst = false;
                frames.expect();
                onFrames();
            }
        } else {
            isFirst = false;
            isWaiting = false;
            request = read;
        }
    }

    /** Handles the end of HTTP on the connection: heads have no time limit then, and the last request is not kept. */
    void onUpgrade(Upgraded to) {
        upgraded = to;
        request = null;
        isWaiting = false;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        connections.add(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
        if (upgraded != null) {
            // The bytes are no HTTP.
        } else if (bytes instanceof ByteBuf buffer && frames.read(buffer)) {
            onFrames();
        } else if (!isWaiting && !isInFlight(request)) {
            waitFromNow();
        }
        context.fireChannelRead(bytes);
    }

    private void onFrames() {
        if (isFirst) {
            return;
        }
        if (!frames.isIncomplete()) {
            isWaiting = false;
        } else if (!isWaiting || frames.hasAdvanced()) {
            waitFromNow();
        }
    }

    private void waitFromNow() {
        isWaiting = true;
        waitingSince = System.nanoTime();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        connections.remove(this);
        context.fireChannelInactive();
    }

    InetAddress source() {
        return source;
    }

    Channel channel() {
        return channel;
    }

    /**
     * Whether a head or frame is late.
     *
     * @param limit nanoseconds
     */
    boolean isLate(long now, long limit) {
        // The body of a stream has other time limits.
        return isWaiting && now - waitingSince > limit && !(frames.isWithinData() && requestsInFlight() > 0);
    }

    /** The number of requests whose responses have not been sent completely. */
    int requestsInFlight() {
        int count = inProgress();
        return count == 0 && hasUnsentBytes() ? 1 : count;
    }

    private int inProgress() {
        if (upgraded != null) {
            return upgraded.isBusy() ? 1 : 0;
        }
        Http2ConnectionHandler http2 = http2();
        return http2 == null ? isInFlight(request) ? 1 : 0 : http2.connection().numActiveStreams();
    }

    private boolean hasUnsentBytes() {
        ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
        return unsent != null && unsent.totalPendingWriteBytes() > 0;
    }

    private static boolean isInFlight(@Nullable HttpServerRequest request) {
        return request != null && !(request.isEnded() && request.response().ended());
    }

    /** Null over HTTP/1.1. */
    private @Nullable Http2ConnectionHandler http2() {
        return channel.pipeline().get(Http2ConnectionHandler.class);
    }

    /**
     * Tells the caller to use another connection for its next request: over HTTP/2 immediately (GOAWAY, RFC 9113,
     * section 6.8), over HTTP/1.1 in the response to a request in flight, or at its end. Later requests are served
     * anyway.
     */
    void announceClose() {
        if (upgraded != null) {
            upgraded.announceClose();
            return;
        }
        Http2ConnectionHandler http2 = http2();
        if (http2 != null) {
            ChannelHandlerContext context = channel.pipeline().context(http2);
            // Written as a plain frame: with Netty's goAway, Vert.x would fail the streams in flight.
            http2.encoder()
                    .frameWriter()
                    .writeGoAway(context, Integer.MAX_VALUE, 0, Unpooled.EMPTY_BUFFER, context.newPromise());
            context.flush();
        } else if (request != null && isInFlight(request) && !announceByHead(request.response())) {
            channel.pipeline().addBefore(VERTX_HANDLER, null, new CloseWithResponse());
        }
    }

    private static boolean announceByHead(HttpServerResponse response) {
        try {
            response.putHeader(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            return true;
        } catch (IllegalStateException e) {
            // The head has been sent, or an API thread has ended the response.
            return false;
        }
    }

    /** Whether a caller over HTTP/1.1, not upgraded, has its response and was notified that the connection closes. */
    boolean isAnnouncedAndDone() {
        if (request == null || requestsInFlight() > 0) {
            return false;
        }
        HttpServerResponse response = request.response();
        return response.headers().contains(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true);
    }

    /** Whether the last request was for health or metrics; such connections stay open during a drain. */
    boolean isForMonitoring() {
        return request != null && Drain.isMonitoring(request.path());
    }

    void close() {
        // Starting at this handler: the HTTP/2 handler would wait for its streams first.
        channel.pipeline().context(this).close();
    }

    /**
     * Closes the connection at the end of a response whose head promised to keep it. The caller sees both at once; if
     * the connection closed later, the caller might have sent its next request.
     */
    private static final class CloseWithResponse extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            context.write(
                    message,
                    message instanceof LastHttpContent
                            ? promise.unvoid().addListener(ChannelFutureListener.CLOSE)
                            : promise);
        }
    }
}
