package io.agyn.proxy.egress;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.StreamResetException;

/**
 * The responses on an HTTP/2 connection. Interim ones are dropped: Vert.x would mistake all but 100 and 103 for the
 * final response (RFC 9113, section 8.1).
 */
final class Http2Responses extends Http2FrameListenerDecorator implements UpstreamConnections.Delivery {
    private final Http2Connection connection;
    private final Http2Connection.PropertyKey interims;

    Http2Responses(Http2ConnectionHandler handler) {
        super(handler.decoder().frameListener());
        this.connection = handler.connection();
        this.interims = connection.newKey();
    }

    @Override
    public boolean isUnprocessed(HttpClientRequest request, Throwable failure) {
        return switch (failure) {
            case StreamResetException reset -> reset.getCode() == Http2Error.REFUSED_STREAM.code();
            // Thrown by Netty before anything is sent, when there is no stream.
            case Http2Exception refused -> refused.error() == Http2Error.REFUSED_STREAM;
            default ->
                connection.goAwayReceived()
                        && request.streamId() > connection.local().lastStreamKnownByPeer();
        };
    }

    @Override
    public void onHeadersRead(
            ChannelHandlerContext context, int streamId, Http2Headers headers, int padding, boolean endOfStream)
            throws Http2Exception {
        if (!isInterim(streamId, headers)) {
            super.onHeadersRead(context, streamId, headers, padding, endOfStream);
        }
    }

    @Override
    public void onHeadersRead(
            ChannelHandlerContext context,
            int streamId,
            Http2Headers headers,
            int streamDependency,
            short weight,
            boolean exclusive,
            int padding,
            boolean endOfStream)
            throws Http2Exception {
        if (!isInterim(streamId, headers)) {
            super.onHeadersRead(context, streamId, headers, streamDependency, weight, exclusive, padding, endOfStream);
        }
    }

    private boolean isInterim(int streamId, Http2Headers headers) throws Http2Exception {
        CharSequence status = headers.status();
        // HTTP/2 has no 101.
        if (status == null || status.length() != 3 || status.charAt(0) != '1' || status.charAt(2) == '1') {
            return false;
        }
        Http2Stream stream = connection.stream(streamId);
        Integer before = stream.getProperty(interims);
        int now = before == null ? 1 : before + 1;
        if (now == UpstreamConnections.MAX_INTERIM_RESPONSES) {
            throw Http2Exception.streamError(
                    streamId, Http2Error.ENHANCE_YOUR_CALM, "too many interim responses on stream %d", streamId);
        }
        stream.setProperty(interims, now);
        return true;
    }
}
