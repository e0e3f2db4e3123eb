package io.agyn.proxy;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Identity;
import io.agyn.access.SourceAddress;
import io.agyn.budget.ByteBudget;
import io.agyn.headers.HeaderNames;
import io.agyn.proxy.routing.Callers;
import io.agyn.proxy.routing.Route;
import io.agyn.proxy.routing.Routes;
import io.agyn.settings.Settings;
import io.agyn.usage.CallRecord;
import io.agyn.usage.CallRecords;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The context of agents' calls: routes from the database, usage records and metrics. */
@Singleton
class LiveProxyContext implements ProxyContext {
    private static final String THIS_SERVER = "this server";

    private final Callers callers;
    private final UnknownTokens unknownTokens;
    private final Routes routes;
    private final CallRecords records;
    private final ProxyMetrics metrics;
    private final Tracing tracing;
    private final ByteBudget budget;
    private final SourceAddress sources;
    private final Shared shared;

    LiveProxyContext(
            Callers callers,
            UnknownTokens unknownTokens,
            Routes routes,
            Upstreams upstreams,
            CallRecords records,
            ProxyMetrics metrics,
            Tracing tracing,
            ByteBudget budget,
            SourceAddress sources,
            Deployment deployment,
            Settings settings) {
        this.callers = requireNonNull(callers, "callers is null");
        this.unknownTokens = requireNonNull(unknownTokens, "unknownTokens is null");
        this.routes = requireNonNull(routes, "routes is null");
        this.records = requireNonNull(records, "records is null");
        this.metrics = requireNonNull(metrics, "metrics is null");
        this.tracing = requireNonNull(tracing, "tracing is null");
        this.budget = requireNonNull(budget, "budget is null");
        this.sources = requireNonNull(sources, "sources is null");
        this.shared = new Shared(
                requireNonNull(upstreams, "upstreams is null"),
                new PassedHeaders(
                        HeaderNames.entries(settings.proxy().dropHeaders().orElse(""))),
                new LoopDetection(deployment.id().toString()),
                new ConcurrentCalls(settings.proxy().callsPerOrganization()),
                new ConcurrentCalls(settings.proxy().callsPerToken()),
                Limits.of(settings.proxy()));
    }

    @Override
    public Shared shared() {
        return shared;
    }

    @Override
    public CompletableFuture<Optional<Identity>> identify(String token) {
        return callers.identify(token);
    }

    @Override
    public ProxyError unknownToken(HttpServerRequest request, String token, String requestId) {
        return unknownTokens.reject(request, token, requestId);
    }

    @Override
    public CompletableFuture<Route> find(Identity identity, Optional<String> organization, String model) {
        return routes.find(identity, organization, model);
    }

    @Override
    public ByteBudget.Lease lease(Exchange exchange, Identity identity) {
        return budget.lease(identity.tokenId(), exchange.http().map(sources::of).orElse(THIS_SERVER));
    }

    @Override
    public Tracing.Trace trace(Operation operation, MultiMap headers) {
        return tracing.begin(operation, headers);
    }

    @Override
    public void onCallEnd(Operation operation, CallRecord record) {
        records.add(record);
        metrics.count(operation, record);
    }

    @Override
    public void onError(ProxyError error) {
        metrics.count(error.kind());
    }
}
