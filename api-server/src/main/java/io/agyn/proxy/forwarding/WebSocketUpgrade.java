package io.agyn.proxy.forwarding;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Identity;
import io.agyn.access.SourceAddress;
import io.agyn.api.model.TokenScope;
import io.agyn.ids.Uuid7;
import io.agyn.listener.CallerConnections;
import io.agyn.listener.Drain;
import io.agyn.logging.Exceptions;
import io.agyn.pipeline.RequestIds;
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
import io.agyn.proxy.routing.HashedToken;
import io.agyn.proxy.routing.WebSocketProviders;
import io.agyn.proxy.websocket.Handshake;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.net.impl.ConnectionBase;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Accepts WebSockets of the Responses API. */
@Singleton
public class WebSocketUpgrade {
    private static final Logger LOG = Logger.getLogger(WebSocketUpgrade.class);

    private final ProxyContext proxy;
    private final WebSocketProviders providers;
    private final CallerConnections connections;
    private final SourceAddress sources;
    private final Drain drain;

    WebSocketUpgrade(
            ProxyContext proxy,
            WebSocketProviders providers,
            CallerConnections connections,
            SourceAddress sources,
            Drain drain) {
        this.proxy = requireNonNull(proxy, "proxy is null");
        this.providers = requireNonNull(providers, "providers is null");
        this.connections = requireNonNull(connections, "connections is null");
        this.sources = requireNonNull(sources, "sources is null");
        this.drain = requireNonNull(drain, "drain is null");
    }

    /** Handles a request for a WebSocket, valid or not, on its event loop. */
    public void begin(HttpServerRequest request) {
        new Upgrade(request).admit();
    }

    private final class Upgrade {
        private final HttpServerRequest request;
        private final HttpExchange exchange;
        private final String requestId;
        // Not a copy of it for this request, which would keep the request's data in memory.
        private final ContextInternal context = requireNonNull(
                        (ContextInternal) Vertx.currentContext(), "not on an event loop")
                .unwrap();

        private Upgrade(HttpServerRequest request) {
            this.request = request;
            this.exchange = new HttpExchange(request);
            this.requestId = ProxyResponses.requestId(request.headers(), Uuid7.next());
        }

        private void admit() {
            Optional<ProxyError> invalid = RequestHead.error(exchange, Long.MAX_VALUE);
            if (drain.isDraining()) {
                reject(ProxyError.STOPPING);
            } else if (invalid.isPresent()) {
                reject(invalid.get());
            } else if (proxy.shared().loops().isLoop(request.headers())) {
                reject(RequestHead.LOOP);
            } else {
                switch (exchange.token()) {
                    case CallerToken.Given given -> identify(given.token());
                    case CallerToken.Rejected rejected -> reject(rejected.error());
                }
            }
        }

        private void identify(HashedToken token) {
            proxy.identify(token, exchange::use)
                    .whenComplete((identity, failure) -> context.runOnContext(back -> {
                        if (request.response().closed()) {
                            return;
                        }
                        if (failure != null) {
                            reject(LookupFailures.error(failure, requestId));
                        } else if (identity.isEmpty()) {
                            reject(proxy.unknownToken(exchange, token.reveal(), requestId));
                        } else if (!identity.get().credential().rights().has(TokenScope.CALL_MODELS)) {
                            reject(RoutingErrors.missingScope());
                        } else {
                            findProviders(token, identity.get());
                        }
                    }));
        }

        /** The caller is accepted even if the database is unavailable: cached routes still work. */
        private void findProviders(HashedToken token, Identity identity) {
            providers
                    .find(identity, Optional.ofNullable(request.getHeader(RequestHead.ORGANIZATION)))
                    .exceptionally(failure -> {
                        // It is logged.
                        LookupFailures.error(failure, requestId);
                        return List.of();
                    })
                    .thenAccept(reached -> context.runOnContext(back -> {
                        if (!request.response().closed()) {
                            decide(token, isSupported(identity, reached));
                        }
                    }));
        }

        private void decide(HashedToken token, boolean isSupported) {
            Optional<String> invalid = Handshake.error(request);
            if (!isSupported) {
                proxy.shared().webSockets().onNotSupported();
                respond(ProxyResponses.upgradeRequired(request, Operation.CREATE_RESPONSE.callerPath()));
            } else if (Handshake.hasOtherVersion(request)) {
                request.response().putHeader(HttpHeaderNames.SEC_WEBSOCKET_VERSION, Handshake.VERSION);
                reject(ProxyError.of(Kind.UPGRADE_REQUIRED, invalid.orElseThrow()));
            } else if (invalid.isPresent()) {
                reject(ProxyError.of(Kind.INVALID_REQUEST, invalid.get()));
            } else {
                accept(token);
            }
        }

        private boolean isSupported(Identity identity, List<WebSocketProviders.Provider> reached) {
            WebSockets webSockets = proxy.shared().webSockets();
            return webSockets.isEnabled()
                    && webSockets.refusals().allow(identity.credential().id(), reached, isCodex());
        }

        /** Codex falls back to HTTP only if its WebSocket gets 426. Other clients have no fallback. */
        private boolean isCodex() {
            String beta = request.getHeader("openai-beta");
            return beta != null && beta.contains("responses_websockets");
        }

        private void reject(ProxyError error) {
            proxy.shared().webSockets().onRejected();
            respond(error);
        }

        private void respond(ProxyError error) {
            proxy.onError(error);
            exchange.reject(Dialect.OPENAI, error, requestId);
        }

        private void accept(HashedToken token) {
            MultiMap headers = request.response().headers();
            Handshake.accept(request, headers);
            headers.set(Dialect.OPENAI.requestIdHeader(), requestId);
            headers.set(ProxyResponses.AGYN_REQUEST_ID, requestId);
            // Each response has its own.
            request.headers().remove(RequestIds.HEADER);
            WebSocketSession.Caller caller =
                    new WebSocketSession.Caller(sources.of(request), token, request.headers(), request.query());
            request.toNetSocket()
                    .onSuccess(socket -> {
                        Channel channel = ((ConnectionBase) socket).channel();
                        WebSocketSession session = new WebSocketSession(proxy, context, caller, channel);
                        connections.onUpgrade(request, session);
                        session.start();
                        if (drain.isDraining()) {
                            session.announceClose();
                        }
                    })
                    .onFailure(failure -> {
                        LOG.debug("An upgrade failed", Exceptions.withoutMessages(failure));
                        request.connection().close();
                    });
        }
    }
}
