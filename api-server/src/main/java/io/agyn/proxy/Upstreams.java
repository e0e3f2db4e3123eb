package io.agyn.proxy;

import static java.util.Objects.requireNonNull;

import io.agyn.listener.Drain;
import io.agyn.proxy.egress.EgressResolver;
import io.agyn.proxy.egress.EgressRoute;
import io.agyn.proxy.egress.HttpClients;
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
    private final Function<String, CompletableFuture<List<EgressRoute>>> ways;
    private final HttpClients clients;
    private final int callsPerOrigin;
    private final ConcurrentMap<String, UpstreamBulkhead> origins = new ConcurrentHashMap<>();
    private final ConcurrentMap<LoopState, Context> contexts = new ConcurrentHashMap<>();
    private final FastThreadLocal<LoopState> loops = new FastThreadLocal<>() {
        @Override
        protected LoopState initialValue() {
            return newLoop();
        }
    };

    @Inject
    Upstreams(Vertx vertx, EgressResolver ways, HttpClients clients, Settings settings) {
        this(vertx, ways::to, clients, settings.proxy().callsPerProvider());
    }

    /**
     * Creates ways on which no call has been.
     *
     * @param ways finds the ways to a host, as {@link EgressResolver#to} does
     * @param callsPerOrigin the most calls at once to one host and port
     */
    Upstreams(
            Vertx vertx,
            Function<String, CompletableFuture<List<EgressRoute>>> ways,
            HttpClients clients,
            int callsPerOrigin) {
        this.vertx = requireNonNull(vertx, "vertx is null");
        this.ways = requireNonNull(ways, "ways is null");
        this.clients = requireNonNull(clients, "clients is null");
        this.callsPerOrigin = callsPerOrigin;
    }

    /** The event loop that this runs on. */
    LoopState loop() {
        return loops.get();
    }

    /** Where the calls to an endpoint are counted. */
    UpstreamBulkhead origin(Endpoint endpoint) {
        UpstreamBulkhead known = origins.get(endpoint.origin());
        return known != null
                ? known
                : origins.computeIfAbsent(endpoint.origin(), first -> new UpstreamBulkhead(callsPerOrigin));
    }

    /** All that are called, and some that were lately. */
    Collection<UpstreamBulkhead> origins() {
        return origins.values();
    }

    /** The ways to an endpoint, in the order in which they are to be tried. */
    CompletableFuture<List<EgressRoute>> ways(Endpoint endpoint) {
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

    private LoopState newLoop() {
        LoopState loop = new LoopState(() -> clients.plain(vertx), () -> clients.tls(vertx));
        contexts.put(loop, vertx.getOrCreateContext());
        vertx.setPeriodic(TICK_MILLISECONDS, tick -> loop.tick());
        vertx.setPeriodic(FORGET_MILLISECONDS, tick -> forgetIdle());
        return loop;
    }

    /** Forgets the origins that nobody calls: owners register endpoints as they like, and would fill the memory. */
    void forgetIdle() {
        origins.values().removeIf(UpstreamBulkhead::isIdle);
    }
}
