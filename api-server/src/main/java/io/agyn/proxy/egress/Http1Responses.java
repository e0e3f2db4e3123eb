package io.agyn.proxy.egress;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.VertxException;
import io.vertx.core.http.HttpClientRequest;

/**
 * The responses on an HTTP/1.1 connection. Interim ones are dropped: Vert.x would mistake all but 100 and 103 for the
 * final response (RFC 9110, section 15.2).
 */
final class Http1Responses extends ChannelInboundHandlerAdapter implements UpstreamConnections.Delivery {
    private static final int SWITCHING_PROTOCOLS = 101;

    private boolean begun;
    private boolean interim;
    private int interims;

    /** Must come before the decoder: even part of a status line counts as a response. */
    ChannelInboundHandlerAdapter bytes() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object bytes) {
                begun = true;
                context.fireChannelRead(bytes);
            }
        };
    }

    @Override
    public boolean isUnprocessed(HttpClientRequest request, Throwable failure) {
        return UpstreamConnections.mayBeUnprocessed(request) && !begun;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpResponse response && isInterim(response)) {
            interim = true;
            interims++;
            if (interims == UpstreamConnections.MAX_INTERIM_RESPONSES) {
                context.fireExceptionCaught(new VertxException("too many interim responses", true));
            }
        }
        if (interim) {
            interim = !(message instanceof LastHttpContent);
            ReferenceCountUtil.release(message);
            return;
        }
        if (message instanceof LastHttpContent) {
            begun = false;
            interims = 0;
        }
        context.fireChannelRead(message);
    }

    private static boolean isInterim(HttpResponse response) {
        int status = response.status().code();
        return status < 200
                && status >= 100
                && status != SWITCHING_PROTOCOLS
                && response.decoderResult().isSuccess();
    }
}
