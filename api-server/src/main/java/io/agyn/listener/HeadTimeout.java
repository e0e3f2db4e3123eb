package io.agyn.listener;

import static java.util.Objects.requireNonNull;

import io.agyn.rest.BaseUrl;
import io.agyn.settings.Settings;
import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.util.AttributeKey;
import io.quarkus.arc.Arc;
import io.quarkus.arc.ArcContainer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Closes connections whose callers take too long to send a request's head, a byte now and then, as a slow-loris does (RFC
 * 9110, section 15.5.9). It counts from a head's first byte, or from that of a TLS handshake: a connection that is kept and
 * idle is left alone. Vert.x has no limit of that kind; Netty takes this one from {@code META-INF/services}.
 */
public final class HeadTimeout extends ChannelInitializerExtension {
    /** The system property that makes Netty look there. */
    public static final String PROPERTY = "io.netty.bootstrap.extensions";

    /** The value of {@link #PROPERTY} that does. */
    public static final String LOAD = "serviceload";

    private static final AttributeKey<Watch> WATCH = AttributeKey.valueOf(HeadTimeout.class, "watch");

    @Override
    public void postInitializeServerChildChannel(Channel channel) {
        ArcContainer beans = Arc.container();
        // The server's warm-up has listeners of its own.
        if (channel.localAddress() instanceof InetSocketAddress local
                && local.getPort() == beans.instance(BaseUrl.class).get().port()) {
            Watch watch = new Watch(beans.instance(Settings.class).get().http().requestTimeout());
            channel.attr(WATCH).set(watch);
            channel.pipeline().addFirst(watch);
        }
    }

    /** Tells that the head of a request has been read; to be called on its connection's event loop. */
    static void read(HttpServerRequest request) {
        if (request.connection() instanceof ConnectionBase connection) {
            Watch watch = connection.channel().attr(WATCH).get();
            if (watch != null) {
                watch.request = request;
                watch.hasBegun = false;
            }
        }
    }

    /** Sees a connection's bytes first. */
    private static final class Watch extends ChannelInboundHandlerAdapter {
        private final long limit;
        private HttpServerRequest request;
        private boolean hasBegun;
        private long begun;
        private boolean isScheduled;

        Watch(Duration limit) {
            this.limit = requireNonNull(limit, "limit is null").toNanos();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            if (!hasBegun && isBetweenRequests()) {
                hasBegun = true;
                begun = System.nanoTime();
                if (!isScheduled) {
                    schedule(context, limit);
                }
            }
            context.fireChannelRead(bytes);
        }

        private boolean isBetweenRequests() {
            return request == null || (request.isEnded() && request.response().ended());
        }

        private void schedule(ChannelHandlerContext context, long nanos) {
            isScheduled = true;
            context.executor().schedule(() -> check(context), nanos, TimeUnit.NANOSECONDS);
        }

        // One task for a connection at a time: one for each head would cost a call more than all else here. An HTTP/2
        // connection is left alone, since its bytes are many requests'.
        private void check(ChannelHandlerContext context) {
            isScheduled = false;
            if (!hasBegun
                    || !context.channel().isActive()
                    || context.pipeline().get(Http2ConnectionHandler.class) != null) {
                return;
            }
            long left = limit - (System.nanoTime() - begun);
            if (left <= 0) {
                context.pipeline().close();
            } else {
                schedule(context, left);
            }
        }
    }
}
