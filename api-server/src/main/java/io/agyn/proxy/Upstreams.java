package io.agyn.proxy;

import static java.util.Objects.requireNonNull;

import io.agyn.listener.Drain;
import io.agyn.proxy.egress.HttpClients;
import io.agyn.proxy.egress.Way;
import io.agyn.proxy.egress.Ways;
import io.agyn.proxy.routing.Endpoint;
import io.agyn.settings.Settings;
import io.netty.util.concurrent.FastThreadLocal;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The ways to LLM providers: places for calls, ways through the network, and each event loop's connections. */
@Singleton
class Upstreams {
    private static final long TICK_MILLISECONDS = 250;
    private static final long FORGET_MILLISECONDS = 60_000;
    private static final Duration TIME_TO_STOP = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final Function<String, CompletableFuture<List<Way>>> ways;
    private final HttpClients clients;
    private final int callsPerOrigin;
    private final ConcurrentMap<String, Origin> origins = new ConcurrentHashMap<>();
    private final ConcurrentMap<EventLoop, Context> contexts = new ConcurrentHashMap<>();
    private final FastThreadLocal<EventLoop> loops = new FastThreadLocal<>() {
        @Override
        protected EventLoop initialValue() {
            return newLoop();
        }
    };

    @Inject
    Upstreams(Vertx vertx, Ways ways, HttpClients clients, Settings settings) {
        this(vertx, ways::to, clients, settings.proxy().callsPerProvider());
    }

    /**
     * Creates ways on which no call has been.
     *
     * @param ways finds the ways to a host, as {@link Ways#to} does
     * @param callsPerOrigin the most calls at once to one host and port
     */
    Upstreams(
            Vertx vertx, Function<String, CompletableFuture<List<Way>>> ways, HttpClients clients, int callsPerOrigin) {
        this.vertx = requireNonNull(vertx, "vertx is null");
        this.ways = requireNonNull(ways, "ways is null");
        this.clients = requireNonNull(clients, "clients is null");
        this.callsPerOrigin = callsPerOrigin;
    }

    /** The event loop that this runs on. */
    EventLoop loop() {
        return loops.get();
    }

    /** Where the calls to an endpoint are counted. */
    Origin origin(Endpoint endpoint) {
        Origin known = origins.get(endpoint.origin());
        return known != null ? known : origins.computeIfAbsent(endpoint.origin(), first -> new Origin(callsPerOrigin));
    }

    /** All that are called, and some that were lately. */
    Collection<Origin> origins() {
        return origins.values();
    }

    /** The ways to an endpoint, in the order in which they are to be tried. */
    CompletableFuture<List<Way>> ways(Endpoint endpoint) {
        return ways.apply(endpoint.host());
    }

    void stop(@Observes Drain.Overdue event) throws InterruptedException {
        CountDownLatch stopped = new CountDownLatch(contexts.size());
        contexts.forEach((loop, context) -> context.runOnContext(turn -> {
            loop.stop();
            stopped.countDown();
        }));
        stopped.await(TIME_TO_STOP.toMillis(), TimeUnit.MILLISECONDS);
    }

    private EventLoop newLoop() {
        EventLoop loop = new EventLoop(() -> clients.plain(vertx), () -> clients.tls(vertx));
        contexts.put(loop, vertx.getOrCreateContext());
        vertx.setPeriodic(TICK_MILLISECONDS, tick -> loop.tick());
        vertx.setPeriodic(FORGET_MILLISECONDS, tick -> forgetIdle());
        return loop;
    }

    /** Forgets the origins that nobody calls: owners register endpoints as they like, and would fill the memory. */
    void forgetIdle() {
        origins.values().removeIf(Origin::isIdle);
    }
}
