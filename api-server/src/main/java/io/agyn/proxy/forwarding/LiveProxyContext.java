package io.agyn.proxy.forwarding;

import static java.util.Objects.requireNonNull;

import io.agyn.access.CredentialUse;
import io.agyn.access.Identity;
import io.agyn.access.SourceAddress;
import io.agyn.budget.ByteBudget;
import io.agyn.budget.ConcurrentCalls;
import io.agyn.headers.HeaderNames;
import io.agyn.limits.admission.Admission;
import io.agyn.limits.admission.CallLimits;
import io.agyn.limits.admission.CallSubjects;
import io.agyn.limits.admission.PendingReservations;
import io.agyn.limits.admission.Reservation;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.exchange.Exchange;
import io.agyn.proxy.exchange.LoopDetection;
import io.agyn.proxy.exchange.PassedHeaders;
import io.agyn.proxy.exchange.UnknownTokens;
import io.agyn.proxy.observability.ProxyMetrics;
import io.agyn.proxy.observability.Tracing;
import io.agyn.proxy.routing.Callers;
import io.agyn.proxy.routing.FallbackReason;
import io.agyn.proxy.routing.HashedToken;
import io.agyn.proxy.routing.ModelSelector;
import io.agyn.proxy.routing.Route;
import io.agyn.proxy.routing.Routes;
import io.agyn.proxy.stored.PendingRecord;
import io.agyn.proxy.stored.StoredObject;
import io.agyn.proxy.stored.StoredObjects;
import io.agyn.secrets.remote.RemoteReference;
import io.agyn.secrets.remote.RemoteSecrets;
import io.agyn.secrets.remote.RemoteValue;
import io.agyn.settings.Settings;
import io.agyn.usage.CallRecord;
import io.agyn.usage.CallUsage;
import io.agyn.usage.ingest.CallRecords;
import io.agyn.usage.ingest.PendingUsage;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.MultiMap;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The context of agents' calls: routes from the database, usage records and metrics. */
@Singleton
class LiveProxyContext implements ProxyContext {
    private static final String THIS_SERVER = "this server";

    private final Callers callers;
    private final UnknownTokens unknownTokens;
    private final Routes routes;
    private final StoredObjects objects;
    private final RemoteSecrets secrets;
    private final CallRecords records;
    private final PendingUsage pendingUsage;
    private final ProxyMetrics metrics;
    private final Tracing tracing;
    private final CallLimits limits;
    private final PendingReservations reservations = new PendingReservations();
    private final ByteBudget budget;
    private final SourceAddress sources;
    private final Shared shared;

    LiveProxyContext(
            Callers callers,
            UnknownTokens unknownTokens,
            Routes routes,
            StoredObjects objects,
            RemoteSecrets secrets,
            Upstreams upstreams,
            CallRecords records,
            PendingUsage pendingUsage,
            ProxyMetrics metrics,
            Tracing tracing,
            CallLimits limits,
            ByteBudget budget,
            SourceAddress sources,
            Deployment deployment,
            MeterRegistry registry,
            Settings settings) {
        this.callers = requireNonNull(callers, "callers is null");
        this.unknownTokens = requireNonNull(unknownTokens, "unknownTokens is null");
        this.routes = requireNonNull(routes, "routes is null");
        this.objects = requireNonNull(objects, "objects is null");
        this.secrets = requireNonNull(secrets, "secrets is null");
        this.records = requireNonNull(records, "records is null");
        this.pendingUsage = requireNonNull(pendingUsage, "pendingUsage is null");
        this.metrics = requireNonNull(metrics, "metrics is null");
        this.tracing = requireNonNull(tracing, "tracing is null");
        this.limits = requireNonNull(limits, "limits is null");
        this.budget = requireNonNull(budget, "budget is null");
        this.sources = requireNonNull(sources, "sources is null");
        this.shared = new Shared(
                requireNonNull(upstreams, "upstreams is null"),
                new PassedHeaders(
                        HeaderNames.entries(settings.proxy().dropHeaders().orElse(""))),
                new LoopDetection(deployment.id().toString()),
                new ConcurrentCalls(settings.proxy().callsPerOrganization()),
                new ConcurrentCalls(settings.proxy().callsPerToken()),
                new WebSockets(settings.proxy(), requireNonNull(registry, "registry is null")),
                Limits.of(settings.proxy()));
    }

    @Override
    public Shared shared() {
        return shared;
    }

    @Override
    public CompletableFuture<Optional<Identity>> identify(
            HashedToken token, Function<SourceAddress, CredentialUse> use) {
        return callers.identify(token, () -> use.apply(sources));
    }

    @Override
    public ProxyError unknownToken(Exchange exchange, String token, String requestId) {
        return unknownTokens.reject(exchange, token, requestId);
    }

    @Override
    public CompletableFuture<Route> find(Identity identity, Optional<String> organization, ModelSelector model) {
        return routes.find(identity, organization, model);
    }

    @Override
    public CompletableFuture<Optional<StoredObject>> object(
            Identity identity, Optional<String> organization, String id) {
        return objects.find(identity, organization, id);
    }

    @Override
    public CompletableFuture<Set<String>> known(UUID organizationId, List<String> ids) {
        return objects.known(organizationId, ids);
    }

    @Override
    public Optional<String> origin(Exchange exchange) {
        return exchange.origin(sources);
    }

    @Override
    public void remember(StoredObject object) {
        objects.remember(object);
    }

    @Override
    public void complete(UUID organizationId, PendingRecord record, CallUsage usage) {
        pendingUsage.complete(organizationId, record.startedAt(), record.id(), usage, completed -> {
            metrics.countTokens(completed);
            reservations.settle(record.id(), completed);
        });
    }

    @Override
    public CompletableFuture<Admission> admit(CallSubjects call, long bodyLength, boolean hasTokens) {
        return limits.admit(call, bodyLength, hasTokens);
    }

    @Override
    public void charge(CallSubjects call, @Nullable Long input, @Nullable Long output) {
        limits.charge(call, input, output);
    }

    @Override
    public void keep(PendingRecord record, Reservation reservation) {
        reservations.keep(record.id(), reservation);
    }

    @Override
    public CompletableFuture<RemoteValue> value(RemoteReference secret) {
        return secrets.value(secret);
    }

    @Override
    public void onRejected(RemoteReference secret, RemoteValue rejected) {
        secrets.reread(secret, rejected);
    }

    @Override
    public ByteBudget.Lease lease(Exchange exchange, Identity identity) {
        return budget.lease(identity.credential().id(), exchange.source(sources).orElse(THIS_SERVER));
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
    public void onKeepAlive() {
        metrics.countKeepAlive();
    }

    @Override
    public void onFallback(FallbackReason reason) {
        metrics.count(reason);
    }

    @Override
    public void onError(ProxyError error) {
        metrics.count(error.kind());
    }
}
