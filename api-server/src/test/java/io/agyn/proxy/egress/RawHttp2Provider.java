package io.agyn.proxy.egress;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A provider on HTTP/2 over TLS that sends raw frames. */
public final class RawHttp2Provider implements AutoCloseable {
    /** Handles a request after its head. */
    public interface Behaviour {
        /** Runs on the event loop of the connection, and need not respond. */
        void response(Exchange exchange);
    }

    private final EventLoopGroup group = new NioEventLoopGroup(1);
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger pings = new AtomicInteger();
    private final List<Exchange> exchanges = new CopyOnWriteArrayList<>();
    private final Behaviour behaviour;
    private final Channel listener;

    private RawHttp2Provider(OwnCertificate certificate, boolean speaks, Behaviour behaviour) throws Exception {
        this.behaviour = behaviour;
        SslContext tls = SslContextBuilder.forServer(
                        certificate.certificate().toFile(), certificate.key().toFile())
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        "h2"))
                .build();
        listener = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        int connection = connections.incrementAndGet();
                        channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                        if (speaks) {
                            channel.pipeline()
                                    .addLast(Http2FrameCodecBuilder.forServer().build())
                                    .addLast(new Frames(connection));
                        }
                    }
                })
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
    }

    /** Starts one on a free port of the loopback, with a certificate for {@code localhost}. */
    public static RawHttp2Provider start(OwnCertificate certificate, Behaviour behaviour) throws Exception {
        return new RawHttp2Provider(certificate, true, behaviour);
    }

    /** Starts a provider that negotiates HTTP/2 and then sends nothing. */
    public static RawHttp2Provider mute(OwnCertificate certificate) throws Exception {
        return new RawHttp2Provider(certificate, false, exchange -> {});
    }

    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    public String origin() {
        return "https://localhost:" + port();
    }

    /** The requests so far. */
    public List<Exchange> exchanges() {
        return exchanges;
    }

    public int connections() {
        return connections.get();
    }

    /** The PINGs so far. */
    public int pings() {
        return pings.get();
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private final class Frames extends ChannelInboundHandlerAdapter {
        private final int connection;
        private int requests;

        Frames(int connection) {
            this.connection = connection;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object frame) {
            if (frame instanceof Http2PingFrame) {
                pings.incrementAndGet();
            }
            if (frame instanceof Http2HeadersFrame headers) {
                requests++;
                Exchange exchange = new Exchange(context, headers.stream(), connection, requests);
                exchanges.add(exchange);
                behaviour.response(exchange);
            }
            // The flow-control window is never refilled, since no test sends more.
            ReferenceCountUtil.release(frame);
        }
    }

    /**
     * A request as the provider received it.
     *
     * @param connection the connection's number, from 1
     * @param number the request's number on its connection, from 1
     */
    public record Exchange(ChannelHandlerContext context, Http2FrameStream stream, int connection, int number) {
        /** Sends a whole response. */
        public void respond(String body) {
            head("200", false);
            context.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.copiedBuffer(body, UTF_8), true).stream(stream));
        }

        /** Sends a head. */
        public void head(String status, boolean isEnd) {
            context.writeAndFlush(new DefaultHttp2HeadersFrame(
                            new DefaultHttp2Headers().status(status).add("content-type", "application/json"), isEnd)
                    .stream(stream));
        }

        /** Resets the stream. */
        public void reset(Http2Error error) {
            context.writeAndFlush(new DefaultHttp2ResetFrame(error).stream(stream));
        }

        /** Sends a GOAWAY with a last stream id; the codec's frame never names one below the last. */
        public void goAway(int lastStream) {
            ChannelHandlerContext codec = context.pipeline().context(Http2FrameCodec.class);
            ((Http2FrameCodec) codec.handler())
                    .encoder()
                    .frameWriter()
                    .writeGoAway(codec, lastStream, 0, Unpooled.EMPTY_BUFFER, codec.newPromise());
            codec.flush();
        }

        /** Stops responding on the connection, as if the machine had vanished. */
        public void vanish() {
            context.pipeline().addFirst(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext first, Object bytes) {
                    ReferenceCountUtil.release(bytes);
                }
            });
        }
    }
}
