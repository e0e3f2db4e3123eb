package io.agyn.proxy.forwarding;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.agyn.access.Credential;
import io.agyn.access.CredentialUse;
import io.agyn.access.Identity;
import io.agyn.access.Person;
import io.agyn.access.SourceAddress;
import io.agyn.api.model.Protocol;
import io.agyn.api.model.Role;
import io.agyn.budget.ByteBudget;
import io.agyn.budget.ConcurrentCalls;
import io.agyn.ids.Uuid7;
import io.agyn.limits.admission.Admission;
import io.agyn.limits.admission.CallSubjects;
import io.agyn.limits.admission.Reservation;
import io.agyn.logging.Exceptions;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.dialect.OperationPath;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.egress.EgressRoute;
import io.agyn.proxy.egress.HttpClients;
import io.agyn.proxy.exchange.Exchange;
import io.agyn.proxy.exchange.LoopDetection;
import io.agyn.proxy.exchange.PassedHeaders;
import io.agyn.proxy.observability.Tracing;
import io.agyn.proxy.routing.Endpoint;
import io.agyn.proxy.routing.FallbackReason;
import io.agyn.proxy.routing.HashedToken;
import io.agyn.proxy.routing.ModelSelector;
import io.agyn.proxy.routing.Route;
import io.agyn.proxy.routing.Target;
import io.agyn.proxy.stored.PendingRecord;
import io.agyn.proxy.stored.StoredObject;
import io.agyn.secrets.remote.RemoteReference;
import io.agyn.secrets.remote.RemoteValue;
import io.agyn.settings.Settings;
import io.agyn.usage.CallRecord;
import io.agyn.usage.CallUsage;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sends calls through the proxy's code while the server starts, over private loopback sockets, so that the JVM has
 * compiled that code before the first agent calls. The calls are not looked up, recorded or counted.
 */
@Singleton
class WarmUp {
    private static final Logger LOG = Logger.getLogger(WarmUp.class);
    private static final String LOOPBACK = "127.0.0.1";
    private static final int CONNECTIONS = 8;
    private static final String REQUEST = "{\"model\":\"warm-up\",\"input\":\"" + "Hello, world. ".repeat(200) + "\"}";
    private static final String RESPONSE = """
        {"id":"resp_1","object":"response","status":"completed","output":[{"type":"message","content":[\
        {"type":"output_text","text":"%s"}]}],"usage":{"input_tokens":25,"input_tokens_details":\
        {"cached_tokens":8},"output_tokens":12,"output_tokens_details":{"reasoning_tokens":4}}}\
        """.formatted("Hello, world. ".repeat(80));

    private final Vertx vertx;
    private final HttpClients clients;
    private final Settings settings;

    WarmUp(Vertx vertx, HttpClients clients, Settings settings) {
        this.vertx = requireNonNull(vertx, "vertx is null");
        this.clients = requireNonNull(clients, "clients is null");
        this.settings = requireNonNull(settings, "settings is null");
    }

    void start(@Observes StartupEvent event) {
        Duration duration = settings.proxy().warmUp();
        if (!duration.isZero()) {
            vertx.deployVerticle(
                    () -> new Simulation(duration),
                    new DeploymentOptions().setInstances(Runtime.getRuntime().availableProcessors()),
                    result -> {
                        if (result.failed()) {
                            // Only the first calls are slower.
                            LOG.debug("The warm-up did not start", Exceptions.withoutMessages(result.cause()));
                        }
                    });
        }
    }

    /** A provider, a proxy and callers on one event loop. */
    private final class Simulation extends AbstractVerticle implements ProxyContext {
        private final Duration duration;
        private final Identity identity = new Identity(
                new Person(Uuid7.next(), "warm-up", "warm-up", Role.CLUSTER_ADMIN, Map.of()),
                Credential.apiToken(Uuid7.next(), Optional.empty(), Optional.empty(), Optional.empty()),
                Optional.empty());
        private Shared shared;
        private Route route;
        private HttpClient callers;
        private int port;
        private long end;

        // start() sets the other fields.
        @SuppressWarnings("NullAway.Init")
        private Simulation(Duration duration) {
            this.duration = duration;
        }

        @Override
        public void start(Promise<Void> started) {
            shared = new Shared(
                    new Upstreams(
                            vertx,
                            host -> CompletableFuture.completedFuture(List.of(new EgressRoute.Direct(LOOPBACK))),
                            clients,
                            CONNECTIONS),
                    new PassedHeaders(List.of()),
                    new LoopDetection("warm-up"),
                    new ConcurrentCalls(Integer.MAX_VALUE),
                    new ConcurrentCalls(Integer.MAX_VALUE),
                    new WebSockets(settings.proxy(), new CompositeMeterRegistry()),
                    Limits.of(settings.proxy()));
            callers = vertx.createHttpClient(new HttpClientOptions().setMaxPoolSize(CONNECTIONS));
            Buffer response = Buffer.buffer(RESPONSE);
            vertx.createHttpServer()
                    .requestHandler(request -> request.endHandler(whole -> request.response()
                            .putHeader("content-type", "application/json")
                            .end(response)))
                    .listen(0, LOOPBACK)
                    .compose(provider -> {
                        route = new Route.Found(target(provider.actualPort()));
                        return vertx.createHttpServer()
                                .requestHandler(request ->
                                        Call.begin(this, OperationPath.of(Operation.CREATE_RESPONSE), request))
                                .listen(0, LOOPBACK);
                    })
                    .map((HttpServer proxy) -> {
                        port = proxy.actualPort();
                        end = System.nanoTime() + duration.toNanos();
                        // Even if all calls have failed.
                        vertx.setTimer(duration.toMillis(), over -> vertx.undeploy(deploymentID()));
                        for (int i = 0; i < CONNECTIONS; i++) {
                            call();
                        }
                        return (Void) null;
                    })
                    .onComplete(started);
        }

        private void call() {
            if (System.nanoTime() - end > 0) {
                return;
            }
            callers.request(HttpMethod.POST, port, LOOPBACK, Operation.CREATE_RESPONSE.callerPath())
                    .compose(request -> request.putHeader("authorization", "Bearer warm-up")
                            .putHeader("content-type", "application/json")
                            .putHeader("accept", "application/json")
                            .putHeader("user-agent", "warm-up")
                            .send(REQUEST))
                    .compose(response -> response.body())
                    .onSuccess(body -> call())
                    .onFailure(
                            failure -> LOG.debug("A call of the warm-up failed", Exceptions.withoutMessages(failure)));
        }

        private Target target(int providerPort) {
            UUID id = Uuid7.next();
            return new Target(
                    id,
                    id,
                    "warm-up",
                    id,
                    "warm-up",
                    Protocol.RESPONSES,
                    Endpoint.of("http://" + LOOPBACK + ":" + providerPort),
                    List.of(Map.entry("authorization", "Bearer warm-up")),
                    "\"remote\"".getBytes(UTF_8));
        }

        @Override
        public CompletableFuture<Admission> admit(CallSubjects call, long bodyLength, boolean hasTokens) {
            return CompletableFuture.completedFuture(Admission.UNLIMITED);
        }

        @Override
        public void charge(CallSubjects call, @Nullable Long input, @Nullable Long output) {
            // No call has limits.
        }

        @Override
        public void keep(PendingRecord record, Reservation reservation) {
            // No call has limits.
        }

        @Override
        public Shared shared() {
            return shared;
        }

        @Override
        public CompletableFuture<Optional<Identity>> identify(
                HashedToken token, Function<SourceAddress, CredentialUse> use) {
            return CompletableFuture.completedFuture(Optional.of(identity));
        }

        @Override
        public ProxyError unknownToken(Exchange exchange, String token, String requestId) {
            throw new IllegalStateException("each token is known");
        }

        @Override
        public CompletableFuture<Route> find(Identity caller, Optional<String> organization, ModelSelector model) {
            return CompletableFuture.completedFuture(route);
        }

        @Override
        public CompletableFuture<Optional<StoredObject>> object(
                Identity caller, Optional<String> organization, String objectId) {
            throw new IllegalStateException("no call uses a stored object");
        }

        @Override
        public CompletableFuture<Set<String>> known(UUID organizationId, List<String> ids) {
            throw new IllegalStateException("no call lists stored objects");
        }

        @Override
        public Optional<String> origin(Exchange exchange) {
            return Optional.empty();
        }

        @Override
        public void remember(StoredObject object) {
            // Nobody retrieves it.
        }

        @Override
        public void complete(UUID organizationId, PendingRecord record, CallUsage usage) {
            throw new IllegalStateException("no record is pending");
        }

        @Override
        public CompletableFuture<RemoteValue> value(RemoteReference secret) {
            throw new IllegalStateException("the credential is not remote");
        }

        @Override
        public void onRejected(RemoteReference secret, RemoteValue rejected) {
            throw new IllegalStateException("the credential is not remote");
        }

        @Override
        public ByteBudget.Lease lease(Exchange exchange, Identity caller) {
            return ByteBudget.unlimited().lease(null, LOOPBACK);
        }

        @Override
        public Tracing.Trace trace(Operation operation, MultiMap headers) {
            return Tracing.Trace.NONE;
        }

        @Override
        public void onCallEnd(Operation operation, CallRecord record) {
            // Not recorded.
        }

        @Override
        public void onKeepAlive() {}

        @Override
        public void onFallback(FallbackReason reason) {
            // Its model has no fallbacks.
        }

        @Override
        public void onError(ProxyError error) {
            // Not counted.
        }
    }
}
