package io.agyn.proxy.egress;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.impl.HttpClientConnection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Finds HTTP/2 connections whose peer has vanished although TCP is open (RFC 9113, section 6.7). A connection that is
 * silent while streams are open gets a PING. If it stays silent, it leaves the pool, so that new calls use another
 * one; its calls may still end if the network recovers. Then it is closed.
 */
final class Http2Liveness extends IdleStateHandler {
    private static final int PING = 1;
    private static final int LEAVE_POOL = 2;
    private static final int CLOSE = 4;

    private final HttpClientConnection connection;
    private final Http2ConnectionHandler http2;
    private int silences;

    /** @param silence how long the connection may be silent before each step */
    Http2Liveness(HttpClientConnection connection, Http2ConnectionHandler http2, Duration silence) {
        super(silence.toMillis(), 0, 0, TimeUnit.MILLISECONDS);
        this.connection = connection;
        this.http2 = http2;
    }

    @Override
    protected void channelIdle(ChannelHandlerContext context, IdleStateEvent event) {
        if (event.isFirst() || http2.connection().numActiveStreams() == 0) {
            silences = 0;
        }
        if (http2.connection().numActiveStreams() == 0) {
            return;
        }
        silences++;
        switch (silences) {
            case PING -> connection.ping(Buffer.buffer(new byte[Long.BYTES]));
            case LEAVE_POOL -> connection.goAway(0);
            case CLOSE -> {
                http2.onError(context.pipeline().context(http2), true, new SilentConnectionException());
                // Not through the HTTP/2 handler, which would wait until the peer has received its GOAWAY.
                context.close();
            }
            default -> {
                // It may recover.
            }
        }
    }
}
