package io.agyn.listener;

import static java.util.Objects.requireNonNull;

import com.sun.management.UnixOperatingSystemMXBean;
import io.agyn.access.SourceAddress;
import io.agyn.budget.KeyedCounter;
import io.agyn.settings.Settings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.lang.management.ManagementFactory;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The connections of callers: limits their number, and closes those whose requests are late. */
@Singleton
public class CallerConnections {
    private static final int ANY_PORT = 0;
    private static final Duration VISIT_TIMEOUT = Duration.ofSeconds(5);
    private static final long SWEEPS_WITHIN_LIMIT = 4;
    private static final long MAX_SWEEP_INTERVAL_MILLISECONDS = 1000;

    private final BaseUrl baseUrl;
    private final int configuredPort;
    private final SourceAddress sources;
    private final int limit;
    private final int limitPerSource;
    private final Duration requestTimeout;
    private final Counter refused;
    private final Counter refusedPerSource;
    private final AtomicInteger open = new AtomicInteger();
    private final KeyedCounter<Object> openBySource = new KeyedCounter<>();
    // The set of each event loop is used only on that loop.
    private final ConcurrentMap<EventLoop, Set<CallerConnection>> byLoop = new ConcurrentHashMap<>();
    private final Set<ServerChannel> listeners = ConcurrentHashMap.newKeySet();

    CallerConnections(BaseUrl baseUrl, SourceAddress sources, Settings settings, MeterRegistry registry) {
        this.baseUrl = requireNonNull(baseUrl, "baseUrl is null");
        this.configuredPort = settings.http().port();
        this.sources = requireNonNull(sources, "sources is null");
        this.limit = Math.min(settings.http().connections(), halfOfFiles());
        this.limitPerSource = settings.http().connectionsPerAddress();
        this.requestTimeout = settings.http().requestTimeout();
        Gauge.builder("agyn.http.connections", open, AtomicInteger::get)
                .description("Open connections of callers")
                .register(registry);
        refused = refused(registry, "total");
        refusedPerSource = refused(registry, "address");
    }

    /** Half of the process's file limit: a call may need a second file, for its connection to a provider. */
    private static int halfOfFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? Math.clamp(system.getMaxFileDescriptorCount() / 2, 1, Integer.MAX_VALUE)
                : Integer.MAX_VALUE;
    }

    private static Counter refused(MeterRegistry registry, String limit) {
        return Counter.builder("agyn.http.connections.refused")
                .description("New connections that were rejected, by the limit that was reached")
                .tag("limit", limit)
                .register(registry);
    }

    void addListener(ServerChannel listener) {
        listeners.add(listener);
        listener.closeFuture().addListener(closed -> listeners.remove(listener));
    }

    /** Whether a connection came through the listener for callers, not through the warm-up's or management's. */
    boolean isForCallers(Channel connection) {
        return isForCallers((InetSocketAddress) connection.parent().localAddress());
    }

    private boolean isForCallers(InetSocketAddress listener) {
        return listener.getPort() == (configuredPort == ANY_PORT ? baseUrl.port() : configuredPort);
    }

    /** Closes the listener, so that new connections are refused. */
    void stopListening() {
        for (ServerChannel listener : listeners) {
            if (isForCallers((InetSocketAddress) listener.localAddress())) {
                listener.close().awaitUninterruptibly();
            }
        }
    }

    /** Handles the upgrade of a request's connection. */
    public void onUpgrade(HttpServerRequest request, Upgraded upgraded) {
        CallerConnection connection = CallerConnection.of(request);
        if (connection != null) {
            connection.onUpgrade(upgraded);
        }
    }

    /** Counts a connection, until {@link #remove}; false if a limit is reached. */
    boolean admit(InetAddress source) {
        if (open.incrementAndGet() > limit) {
            open.decrementAndGet();
            refused.increment();
            return false;
        }
        if (!sources.isTrustedProxy(source) && openBySource.add(network(source), 1) > limitPerSource) {
            release(source);
            refusedPerSource.increment();
            return false;
        }
        return true;
    }

    private void release(InetAddress source) {
        open.decrementAndGet();
        openBySource.add(network(source), -1);
    }

    /** An IPv4 address, or the /64 network of an IPv6 address, since a host may use all addresses of its network. */
    private static Object network(InetAddress source) {
        return source instanceof Inet6Address
                ? (Object) ByteBuffer.wrap(source.getAddress()).getLong()
                : source;
    }

    void add(CallerConnection connection) {
        EventLoop loop = connection.channel().eventLoop();
        byLoop.computeIfAbsent(loop, this::newSet).add(connection);
    }

    void remove(CallerConnection connection) {
        if (of(connection.channel().eventLoop()).remove(connection)) {
            release(connection.source());
        }
    }

    private Set<CallerConnection> of(EventLoop loop) {
        return requireNonNull(byLoop.get(loop), "an event loop without connections");
    }

    private Set<CallerConnection> newSet(EventLoop loop) {
        long interval = Math.min(requestTimeout.toMillis() / SWEEPS_WITHIN_LIMIT, MAX_SWEEP_INTERVAL_MILLISECONDS);
        loop.scheduleWithFixedDelay(() -> closeLate(loop), interval, interval, TimeUnit.MILLISECONDS);
        return new HashSet<>();
    }

    private void closeLate(EventLoop loop) {
        long now = System.nanoTime();
        long limit = requestTimeout.toNanos();
        of(loop).stream()
                .filter(connection -> connection.isLate(now, limit))
                .toList()
                .forEach(CallerConnection::close);
    }

    /** Visits the connections of each event loop on that loop, and waits until all are done. */
    void visit(Consumer<Collection<CallerConnection>> visitor) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(byLoop.size());
        byLoop.forEach((loop, connections) -> loop.execute(() -> {
            try {
                // A copy, since closed connections leave the set.
                visitor.accept(List.copyOf(connections));
            } finally {
                done.countDown();
            }
        }));
        done.await(VISIT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }
}
