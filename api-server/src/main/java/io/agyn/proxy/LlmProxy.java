package io.agyn.proxy;

import static java.util.Objects.requireNonNull;

import io.agyn.ids.Uuid7;
import io.agyn.listener.Drain;
import io.agyn.listener.RequestUri;
import io.agyn.pipeline.Stage;
import io.agyn.proxy.dialect.Dialect;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.dialect.OperationPath;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.dialect.ProxyError.Kind;
import io.agyn.proxy.dialect.UnknownPath;
import io.agyn.proxy.dialect.WrongBaseUrl;
import io.agyn.proxy.exchange.HttpExchange;
import io.agyn.proxy.exchange.ProxyResponses;
import io.agyn.proxy.forwarding.Call;
import io.agyn.proxy.forwarding.ProxyContext;
import io.agyn.proxy.forwarding.WebSocketUpgrade;
import io.agyn.proxy.listing.ModelListing;
import io.agyn.proxy.websocket.Handshake;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The LLM Proxy: the paths below {@code /v1}, which mirror OpenAI's and Anthropic's. It runs before the REST stack,
 * which never handles model calls.
 */
@ApplicationScoped
class LlmProxy {
    private static final String BELOW_ROOT = Operation.ROOT + "/";

    private final ProxyContext calls;
    private final ModelListing models;
    private final WebSocketUpgrade webSockets;
    private final Drain drain;

    LlmProxy(ProxyContext calls, ModelListing models, WebSocketUpgrade webSockets, Drain drain) {
        this.webSockets = requireNonNull(webSockets, "webSockets is null");
        this.drain = requireNonNull(drain, "drain is null");
        this.calls = requireNonNull(calls, "calls is null");
        this.models = requireNonNull(models, "models is null");
    }

    void register(@Observes Router router) {
        Stage.LLM_PROXY.route(router).handler(this::admit);
    }

    private void admit(RoutingContext context) {
        HttpServerRequest request = context.request();
        String path = request.path();
        if (path == null) {
            context.next();
        } else if (path.startsWith(BELOW_ROOT)) {
            handle(request, path);
        } else {
            WrongBaseUrl.error(request)
                    .ifPresentOrElse(error -> reject(request, dialect(request, path), error), context::next);
        }
    }

    private void handle(HttpServerRequest request, String path) {
        Optional<OperationPath> operation = OperationPath.find(request.method(), path);
        if (drain.rejects(request)) {
            reject(request, dialect(request, path), ProxyError.STOPPING);
        } else if (!RequestUri.isValid(request)) {
            reject(request, dialect(request, path), ProxyError.of(Kind.INVALID_REQUEST, RequestUri.MALFORMED));
        } else if (operation.isPresent()) {
            Call.begin(calls, operation.get(), request);
        } else if (path.equals(Operation.CREATE_RESPONSE.callerPath()) && Handshake.isRequested(request)) {
            webSockets.begin(request);
        } else if (ModelListing.isAt(path)) {
            models.respond(request);
        } else {
            List<OperationPath> others = OperationPath.at(path);
            if (others.isEmpty()) {
                Dialect dialect = dialect(request, path);
                reject(request, dialect, WrongBaseUrl.error(request).orElseGet(() -> UnknownPath.error(path, dialect)));
            } else if (request.method() == HttpMethod.HEAD && callsModel(others)) {
                confirm(request, others);
            } else {
                Operation other = others.getFirst().operation();
                reject(request, Dialect.of(other.protocol()), otherMethod(request, path, others));
            }
        }
    }

    private static boolean callsModel(List<OperationPath> operations) {
        return operations.stream().anyMatch(each -> each.operation().routeSource() == Operation.RouteSource.BODY_MODEL);
    }

    /** Responds to a probe of a path, such as Codex' {@code doctor} sends without a token: the path exists. */
    private static void confirm(HttpServerRequest request, List<OperationPath> allowed) {
        HttpExchange exchange = new HttpExchange(request);
        exchange.responseHeaders().set(HttpHeaderNames.ALLOW, methods(allowed));
        exchange.end(Buffer.buffer());
        exchange.discardBody();
    }

    private static ProxyError otherMethod(HttpServerRequest request, String path, List<OperationPath> allowed) {
        if (request.headers().contains(HttpHeaderNames.UPGRADE)) {
            return ProxyResponses.upgradeRequired(request, path);
        }
        String methods = methods(allowed);
        request.response().putHeader(HttpHeaderNames.ALLOW, methods);
        return ProxyError.of(Kind.METHOD_NOT_ALLOWED, "Methods allowed at " + path + ": " + methods + ".");
    }

    private static String methods(List<OperationPath> allowed) {
        return allowed.stream()
                .map(operation -> operation.operation().method().name())
                .collect(Collectors.joining(", "));
    }

    private static Dialect dialect(HttpServerRequest request, String path) {
        if (path.startsWith(Operation.CREATE_MESSAGE.callerPath())) {
            return Dialect.ANTHROPIC;
        }
        return WrongBaseUrl.protocol(request).map(Dialect::of).orElseGet(() -> Dialect.of(request.headers()));
    }

    private static void reject(HttpServerRequest request, Dialect dialect, ProxyError error) {
        ProxyResponses.reject(
                new HttpExchange(request), dialect, error, ProxyResponses.requestId(request.headers(), Uuid7.next()));
    }
}
