package io.agyn.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Admits or closes a new connection, and passes an admitted one to a {@link CallerConnection}. */
final class ConnectionAdmission extends ChannelInboundHandlerAdapter {
    private final CallerConnections connections;

    private ConnectionAdmission(CallerConnections connections) {
        this.connections = connections;
    }

    static void install(Channel channel, CallerConnections connections) {
        KeepAlive.enable(channel);
        channel.pipeline().addFirst(new ConnectionAdmission(connections));
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        SocketAddress peer = context.channel().remoteAddress();
        if (!(peer instanceof InetSocketAddress source) || !connections.admit(source.getAddress())) {
            context.close();
            return;
        }
        CallerConnection connection = new CallerConnection(connections, source.getAddress(), context.channel());
        ChannelPipeline pipeline = context.pipeline();
        // Vert.x has added its handlers by now. The new handler comes after TLS, so that it reads plain bytes.
        ChannelHandlerContext tls = pipeline.context(SslHandler.class);
        pipeline.addAfter(tls == null ? context.name() : tls.name(), null, connection);
        context.fireChannelActive();
        pipeline.remove(this);
    }
}
