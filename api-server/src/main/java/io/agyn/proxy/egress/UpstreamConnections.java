package io.agyn.proxy.egress;

import io.agyn.listener.KeepAlive;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.HttpClientConnection;
import java.time.Duration;

/**
 * Configures the connections to providers beyond Vert.x's options, and reports which failed requests were never
 * processed. All methods run on a connection's event loop.
 */
public final class UpstreamConnections {
    /** The most interim responses (1xx) before a final one; working providers send fewer. */
    static final int MAX_INTERIM_RESPONSES = 100;

    private static final AttributeKey<Delivery> DELIVERY = AttributeKey.valueOf(UpstreamConnections.class, "delivery");

    interface Delivery {
        /** Whether the peer certainly did not process a failed request. */
        boolean isUnprocessed(HttpClientRequest request, Throwable failure);
    }

    private UpstreamConnections() {}

    /** @param silence how long an HTTP/2 connection with open streams may be silent before it is checked by a PING */
    static void prepare(HttpConnection connection, Duration silence) {
        HttpClientConnection client = (HttpClientConnection) connection;
        Channel channel = client.channel();
        KeepAlive.enable(channel);
        ChannelPipeline pipeline = channel.pipeline();
        Http2ConnectionHandler http2 = pipeline.get(Http2ConnectionHandler.class);
        if (http2 == null) {
            // A provider may reject an upload and close. The failed write must not close the connection before the
            // response is read (RFC 9112, section 9.5).
            channel.config().setAutoClose(false);
            Http1Responses responses = new Http1Responses();
            pipeline.addBefore("codec", "responseBytes", responses.bytes());
            pipeline.addBefore("handler", "responses", responses);
            channel.attr(DELIVERY).set(responses);
        } else {
            Http2Responses responses = new Http2Responses(http2);
            http2.decoder().frameListener(responses);
            pipeline.addBefore("handler", "liveness", new Http2Liveness(client, http2, silence));
            channel.attr(DELIVERY).set(responses);
        }
    }

    /** Whether a request may turn out unprocessed, so that its body is worth keeping for a retry. */
    public static boolean mayBeUnprocessed(HttpClientRequest request) {
        // The first request on an HTTP/1.1 connection cannot run into the end of an idle connection.
        return request.version() == HttpVersion.HTTP_2 || request.streamId() > 1;
    }

    /**
     * Whether the provider certainly did not process a request, so that it may be retried: over HTTP/2 after a GOAWAY
     * or REFUSED_STREAM (RFC 9113, sections 6.8 and 8.7), over HTTP/1.1 if a reused connection was closed before a
     * byte of the response (RFC 9112, section 9.3.1).
     *
     * @param request a request that failed before its response
     */
    public static boolean isUnprocessed(HttpClientRequest request, Throwable failure) {
        if (request.connection() instanceof HttpClientConnection connection) {
            Delivery delivery = connection.channel().attr(DELIVERY).get();
            return delivery != null && delivery.isUnprocessed(request, failure);
        }
        return false;
    }
}
