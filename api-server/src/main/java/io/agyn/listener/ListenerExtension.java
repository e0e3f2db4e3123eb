package io.agyn.listener;

import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.quarkus.arc.Arc;
import io.quarkus.arc.ArcContainer;
import java.util.Optional;

/**
 * Passes the server's listening sockets and its callers' connections to {@link CallerConnections}, since Quarkus has
 * hooks for neither. Netty loads this class from {@code META-INF/services}, and calls it for every socket of the
 * process.
 */
public final class ListenerExtension extends ChannelInitializerExtension {
    /** The value of {@link #EXTENSIONS_SYSTEM_PROPERTY} that makes Netty load extensions. */
    public static final String LOAD = "serviceload";

    @Override
    public void postInitializeServerListenerChannel(ServerChannel channel) {
        connections().ifPresent(connections -> connections.addListener(channel));
    }

    @Override
    public void postInitializeServerChildChannel(Channel channel) {
        connections()
                .filter(connections -> connections.isForCallers(channel))
                .ifPresent(connections -> ConnectionAdmission.install(channel, connections));
    }

    /** Empty before the application has started, after it has stopped, and after a failed start. */
    private static Optional<CallerConnections> connections() {
        ArcContainer beans = Arc.container();
        return beans == null || !beans.isRunning()
                ? Optional.empty()
                : Optional.of(beans.instance(CallerConnections.class).get());
    }
}
