package io.agyn.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import jdk.net.ExtendedSocketOptions;

/**
 * Enables TCP keep-alive on both sides of a call. A reasoning model may be silent for minutes, and NAT gateways drop
 * idle connections (AWS after 350 s, Google Cloud after 120 s), but the operating system's first probe comes after
 * two hours.
 */
public final class KeepAlive {
    /** Seconds of silence before the first probe, as in the SDKs of OpenAI and Anthropic. */
    public static final int IDLE_SECONDS = 60;

    /** Seconds between unanswered probes. */
    public static final int INTERVAL_SECONDS = 20;

    /** Unanswered probes until a connection is considered dead. */
    public static final int PROBES = 5;

    private KeepAlive() {}

    /** Enables probes on a connection; no effect on closed ones and on channels other than TCP. */
    public static void enable(Channel channel) {
        try {
            setOptions(channel, channel.config());
        } catch (ChannelException e) {
            // Closed meanwhile; its owner is notified anyway.
        }
    }

    private static void setOptions(Channel channel, ChannelConfig config) {
        if (channel instanceof EpollSocketChannel) {
            config.setOption(ChannelOption.SO_KEEPALIVE, true);
            config.setOption(EpollChannelOption.TCP_KEEPIDLE, IDLE_SECONDS);
            config.setOption(EpollChannelOption.TCP_KEEPINTVL, INTERVAL_SECONDS);
            config.setOption(EpollChannelOption.TCP_KEEPCNT, PROBES);
        } else if (channel instanceof NioSocketChannel) {
            config.setOption(ChannelOption.SO_KEEPALIVE, true);
            config.setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), IDLE_SECONDS);
            config.setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), INTERVAL_SECONDS);
            config.setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), PROBES);
        }
    }
}
