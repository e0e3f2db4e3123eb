package io.agyn.proxy.forwarding;

import io.agyn.logging.Exceptions;
import io.agyn.proxy.dialect.ProviderErrors;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.dialect.ProxyError.Kind;
import io.agyn.proxy.egress.EgressDeniedException;
import io.agyn.proxy.egress.EgressRoute;
import io.agyn.proxy.routing.Endpoint;
import io.agyn.proxy.routing.Target;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.proxy.ProxyConnectException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jboss.logging.Logger;

/** Connects one call to its provider: resolves the routes, and opens a connection. */
public final class UpstreamConnector {
    private static final Logger LOG = Logger.getLogger(UpstreamConnector.class);

    public interface Listener {
        /** A request was opened; nothing of it has been sent. */
        void onOpened(HttpClientRequest request);

        /** No connection is possible. */
        void onFailed(ProxyError error);
    }

    private final Upstreams upstreams;
    private final LoopState loop;
    private final Context context;
    private final Target target;
    private final Duration timeout;
    private final Listener listener;
    private long startedAt;
    private boolean closed;

    /**
     * @param timeout how long connecting may take; the addresses share it, so that a dead one leaves time for the
     *     next
     */
    public UpstreamConnector(Upstreams upstreams, Context context, Target target, Duration timeout, Listener listener) {
        this.upstreams = upstreams;
        this.loop = upstreams.loop();
        this.context = context;
        this.target = target;
        this.timeout = timeout;
        this.listener = listener;
    }

    /** Opens a request. */
    public void connect(HttpClient client, HttpMethod method, String uri) {
        startedAt = loop.now();
        String host = target.endpoint().host();
        Opening opening = new Opening(client, method, uri);
        List<EgressRoute> cached = loop.egressRoutes(host);
        if (cached != null) {
            connect(opening, cached, 0);
            return;
        }
        upstreams
                .routes(target.endpoint())
                .whenComplete((found, failure) -> context.runOnContext(back -> {
                    if (failure == null) {
                        loop.cacheRoutes(host, found);
                    }
                    if (closed) {
                        return;
                    }
                    if (failure == null) {
                        connect(opening, found, 0);
                    } else {
                        listener.onFailed(error(failure));
                    }
                }));
    }

    private record Opening(HttpClient client, HttpMethod method, String uri) {}

    /** Gives up connecting. */
    void close() {
        closed = true;
    }

    private void connect(Opening opening, List<EgressRoute> routes, int index) {
        Endpoint endpoint = target.endpoint();
        RequestOptions options = new RequestOptions()
                .setMethod(opening.method())
                .setHost(endpoint.host())
                .setPort(endpoint.port())
                .setSsl(endpoint.tls())
                .setURI(opening.uri())
                .setConnectTimeout(share(routes.size() - index));
        routes.get(index).applyTo(options);
        request(opening.client(), options).onComplete(result -> {
            if (result.succeeded()) {
                opened(result.result());
            } else if (closed) {
                // The call has ended.
            } else if (index + 1 < routes.size()) {
                connect(opening, routes, index + 1);
            } else {
                listener.onFailed(error(result.cause()));
            }
        });
    }

    private static Future<HttpClientRequest> request(HttpClient client, RequestOptions options) {
        try {
            return client.request(options);
        } catch (IllegalStateException e) {
            // The client is closed, because the server or its warm-up stops.
            return Future.failedFuture(e);
        }
    }

    /** The time for one address, in milliseconds: the remaining time, divided among the remaining addresses. */
    private long share(int addresses) {
        long left = timeout.toNanos() - (loop.now() - startedAt);
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(left / addresses));
    }

    private void opened(HttpClientRequest request) {
        if (closed) {
            request.reset();
        } else {
            listener.onOpened(request);
        }
    }

    private ProxyError error(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        LOG.debugf(Exceptions.withoutMessages(cause), "Cannot connect to %s", target);
        String provider = "The LLM provider " + target.providerName();
        return switch (cause) {
            case EgressDeniedException rejected ->
                ProxyError.of(Kind.PROVIDER_UNREACHABLE, provider + " is not called: " + rejected.getMessage());
            case UnknownHostException unknown ->
                ProxyError.of(
                        Kind.PROVIDER_UNREACHABLE, provider + " is not found: check the host name in its endpoint.");
            case RejectedExecutionException busy ->
                ProxyError.of(Kind.UNAVAILABLE, "Too many concurrent DNS lookups in this server; try again soon.");
            case ProxyConnectException proxy ->
                ProxyError.of(
                        Kind.PROVIDER_UNREACHABLE,
                        provider + " cannot be reached: the HTTP proxy of this server (AGYN_EGRESS_HTTP_PROXY) does not"
                                + " connect to it.");
            // Timeouts of Vert.x, of Netty, and of the TLS handshake, which Vert.x wraps.
            case TimeoutException late -> ProviderErrors.connectTimeout(target);
            case ConnectTimeoutException late -> ProviderErrors.connectTimeout(target);
            case SSLException late
            when late.getCause() instanceof SslHandshakeTimeoutException -> ProviderErrors.connectTimeout(target);
            case SSLException untrusted ->
                ProxyError.of(
                        Kind.PROVIDER_UNREACHABLE,
                        provider
                                + " cannot be called by TLS: check that its endpoint is https, and that its certificate"
                                + " is for that host, in date, and signed by an authority that this server trusts"
                                + " (AGYN_EXTRA_CA_FILE).");
            default ->
                ProxyError.of(
                        Kind.PROVIDER_UNREACHABLE,
                        provider + " cannot be reached: check its endpoint, and whether it is up.");
        };
    }
}
