package io.agyn.proxy.forwarding;

import static java.util.Objects.requireNonNull;

import io.agyn.listener.Drain;
import io.agyn.proxy.egress.EgressResolver;
import io.agyn.proxy.egress.EgressRoute;
import io.agyn.proxy.egress.HttpClients;
import io.agyn.proxy.routing.Endpoint;
import io.agyn.proxy.routing.TargetHealth;
import io.agyn.settings.Settings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
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
import java.util.function.ToIntFunction;

/** The connections to LLM providers: concurrency limits, network routes, and each event loop's HTTP clients. */
@Singleton
public class Upstreams {
    private static final long TICK_MILLISECONDS = 250;
    private static final long CLEANUP_MILLISECONDS = 60_000;
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final Function<String, CompletableFuture<List<EgressRoute>>> resolver;
    private final HttpClients clients;
    private final int callsPerProvider;
    private final TargetHealth health = new TargetHealth(System::nanoTime);
    private final ConcurrentMap<String, UpstreamBulkhead> bulkheads = new ConcurrentHashMap<>();
    private final ConcurrentMap<LoopState, Context> contexts = new ConcurrentHashMap<>();
    private final FastThreadLocal<LoopState> loops = new FastThreadLocal<>() {
        @Override
        protected LoopState initialValue() {
            return newLoop();
        }
    };

    @Inject
    public Upstreams(
            Vertx vertx, EgressResolver resolver, HttpClients clients, Settings settings, MeterRegistry registry) {
        this(vertx, resolver::resolve, clients, settings.proxy().callsPerProvider());
        Gauge.builder("agyn.proxy.calls.active", () -> sum(UpstreamBulkhead::calls))
                .description("Calls in flight to LLM providers")
                .register(registry);
        Gauge.builder("agyn.proxy.target.cooling", health, TargetHealth::cooling)
                .description("Targets of models with fallbacks that get no calls after a failure")
                .register(registry);
        Gauge.builder("agyn.proxy.calls.waiting", () -> sum(UpstreamBulkhead::waiting))
                .description("Calls that wait because the limit for the LLM provider is reached")
                .register(registry);
    }

    /**
     * @param resolver finds the routes to a host, as {@link EgressResolver#resolve} does
     * @param callsPerProvider the most concurrent calls to one scheme, host and port
     */
    public Upstreams(
            Vertx vertx,
            Function<String, CompletableFuture<List<EgressRoute>>> resolver,
            HttpClients clients,
            int callsPerProvider) {
        this.vertx = requireNonNull(vertx, "vertx is null");
        this.resolver = requireNonNull(resolver, "resolver is null");
        this.clients = requireNonNull(clients, "clients is null");
        this.callsPerProvider = callsPerProvider;
    }

    /** The state of the current event loop. */
    public LoopState loop() {
        return loops.get();
    }

    /** Returns the bulkhead that counts the calls to an endpoint. */
    public UpstreamBulkhead bulkhead(Endpoint endpoint) {
        UpstreamBulkhead known = bulkheads.get(endpoint.origin());
        return known != null
                ? known
                : bulkheads.computeIfAbsent(endpoint.origin(), first -> new UpstreamBulkhead(callsPerProvider));
    }

    /** The targets that failed recently. */
    TargetHealth health() {
        return health;
    }

    /** The bulkheads of all endpoints with calls, and some that are idle. */
    public Collection<UpstreamBulkhead> bulkheads() {
        return bulkheads.values();
    }

    private int sum(ToIntFunction<UpstreamBulkhead> count) {
        return bulkheads.values().stream().mapToInt(count).sum();
    }

    /** Finds the routes to an endpoint, in the order to try them. */
    CompletableFuture<List<EgressRoute>> routes(Endpoint endpoint) {
        return resolver.apply(endpoint.host());
    }

    void stop(@Observes Drain.Overdue event) throws InterruptedException {
        CountDownLatch stopped = new CountDownLatch(contexts.size());
        contexts.forEach((loop, context) -> context.runOnContext(turn -> {
            loop.stop();
            stopped.countDown();
        }));
        stopped.await(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private LoopState newLoop() {
        LoopState loop = new LoopState(
                () -> clients.plain(vertx), () -> clients.tls(vertx), encrypted -> clients.webSocket(vertx, encrypted));
        contexts.put(loop, vertx.getOrCreateContext());
        vertx.setPeriodic(TICK_MILLISECONDS, tick -> loop.tick());
        vertx.setPeriodic(CLEANUP_MILLISECONDS, tick -> removeIdle());
        return loop;
    }

    /** Drops idle bulkheads and old failures: owners may register any number of endpoints, which would fill the memory. */
    public void removeIdle() {
        health.removeOld();
        bulkheads.values().removeIf(UpstreamBulkhead::isIdle);
    }
}
