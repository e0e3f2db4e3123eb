package io.agyn.proxy.listing;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Identity;
import io.agyn.access.SourceAddress;
import io.agyn.api.model.TokenScope;
import io.agyn.ids.Uuid7;
import io.agyn.proxy.dialect.Dialect;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.dialect.ProxyError.Kind;
import io.agyn.proxy.exchange.CallerToken;
import io.agyn.proxy.exchange.HttpExchange;
import io.agyn.proxy.exchange.LookupFailures;
import io.agyn.proxy.exchange.ProxyResponses;
import io.agyn.proxy.exchange.RequestHead;
import io.agyn.proxy.exchange.RoutingErrors;
import io.agyn.proxy.exchange.UnknownTokens;
import io.agyn.proxy.routing.Callers;
import io.agyn.proxy.routing.ListedModel;
import io.agyn.proxy.routing.ModelList;
import io.agyn.proxy.routing.Route;
import io.agyn.proxy.routing.Routes;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** {@code GET /v1/models} and {@code GET /v1/models/{id}}: the models that a token may call. */
@Singleton
public class ModelListing {
    private static final String PATH = Operation.ROOT + "/models";
    private static final String BELOW = PATH + "/";

    private final Callers callers;
    private final UnknownTokens unknownTokens;
    private final SourceAddress sources;
    private final Routes routes;
    private final ModelList models;

    ModelListing(Callers callers, UnknownTokens unknownTokens, SourceAddress sources, Routes routes, ModelList models) {
        this.callers = requireNonNull(callers, "callers is null");
        this.unknownTokens = requireNonNull(unknownTokens, "unknownTokens is null");
        this.sources = requireNonNull(sources, "sources is null");
        this.routes = requireNonNull(routes, "routes is null");
        this.models = requireNonNull(models, "models is null");
    }

    /** Whether a path is the list's or a model's. */
    public static boolean isAt(String path) {
        return path.equals(PATH) || path.startsWith(BELOW) && path.length() > BELOW.length();
    }

    /** Handles a request at such a path. */
    public void respond(HttpServerRequest request) {
        Dialect dialect = Dialect.of(request.headers());
        String requestId = ProxyResponses.requestId(request.headers(), Uuid7.next());
        Context context = requireNonNull(Vertx.currentContext(), "not on an event loop");
        body(request, dialect, requestId)
                .whenComplete((json, failure) -> context.runOnContext(back -> {
                    if (request.response().ended() || request.response().closed()) {
                        return;
                    }
                    if (failure == null) {
                        ProxyResponses.respond(new HttpExchange(request), dialect, 200, json, requestId);
                    } else {
                        ProxyResponses.reject(new HttpExchange(request), dialect, error(failure, requestId), requestId);
                    }
                }));
    }

    private CompletableFuture<byte[]> body(HttpServerRequest request, Dialect dialect, String requestId) {
        if (request.method() != HttpMethod.GET && request.method() != HttpMethod.HEAD) {
            request.response().putHeader(HttpHeaderNames.ALLOW, "GET, HEAD");
            return rejected(ProxyError.of(Kind.METHOD_NOT_ALLOWED, "Methods allowed at " + PATH + ": GET, HEAD."));
        }
        return switch (new HttpExchange(request).token()) {
            case CallerToken.Rejected rejected -> rejected(rejected.error());
            case CallerToken.Given given ->
                callers.identify(given.token(), () -> new HttpExchange(request).use(sources))
                        .thenCompose(identity -> identity.isEmpty()
                                ? rejected(unknownTokens.reject(
                                        new HttpExchange(request), given.token().reveal(), requestId))
                                : body(request, dialect, identity.get()));
        };
    }

    private CompletableFuture<byte[]> body(HttpServerRequest request, Dialect dialect, Identity identity) {
        if (!identity.credential().rights().has(TokenScope.CALL_MODELS)) {
            return rejected(RoutingErrors.missingScope());
        }
        Optional<String> organization = Optional.ofNullable(request.getHeader(RequestHead.ORGANIZATION));
        String path = requireNonNull(request.path(), "path is null");
        Map<String, List<String>> query = new QueryStringDecoder(request.uri()).parameters();
        ModelFormat format = ModelFormat.of(dialect, query);
        if (path.equals(PATH)) {
            return list(identity, organization, format)
                    .thenApply(found -> format.list(
                            found.orElseThrow(() -> new RejectedException(RoutingErrors.unknownOrganization())),
                            query));
        }
        String model = name(path);
        return routes.find(identity, organization, model).thenCompose(route -> switch (route) {
            case Route.Found found ->
                models.find(identity, organization, found.target().modelId())
                        .thenApply(listed -> listed.filter(format::lists)
                                .orElseThrow(() -> new RejectedException(RoutingErrors.unknownModel(model))))
                        .thenApply(listed -> Dialect.json(json -> format.write(json, listed)));
            case Route.Uncallable uncallable -> rejected(RoutingErrors.uncallable(uncallable));
            case Route.NoHome unknown -> rejected(RoutingErrors.noHome(unknown, model));
            case Route.UnknownModel unknown -> rejected(RoutingErrors.unknownModel(unknown, model));
            case Route.UnknownOrganization unknown -> rejected(RoutingErrors.unknownOrganization());
        });
    }

    private CompletableFuture<Optional<List<ListedModel>>> list(
            Identity identity, Optional<String> organization, ModelFormat format) {
        return format == ModelFormat.CODEX
                ? models.catalog(identity, organization)
                : models.list(identity, organization, format.protocol());
    }

    /** Returns the model's name in a path. */
    private static String name(String path) {
        // In a path, a plus sign is itself (RFC 3986, section 3.3); the decoder would read it as a space, as in a
        // form.
        return QueryStringDecoder.decodeComponent(path.substring(BELOW.length()).replace("+", "%2B"));
    }

    private static <T> CompletableFuture<T> rejected(ProxyError error) {
        return CompletableFuture.failedFuture(new RejectedException(error));
    }

    private static ProxyError error(Throwable failure, String requestId) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof RejectedException rejected) {
            return rejected.error();
        }
        return LookupFailures.error(cause, requestId);
    }
}
