package io.agyn.proxy;

import io.agyn.logging.Exceptions;
import io.agyn.proxy.ProxyError.Kind;
import io.agyn.proxy.egress.EgressRefusedException;
import io.agyn.proxy.egress.EgressRoute;
import io.agyn.proxy.routing.Endpoint;
import io.agyn.proxy.routing.Target;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.proxy.ProxyConnectException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.vertx.core.Context;
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

/** The way to one provider for one call: a place among the calls to it, a way through the network, a connection. */
final class UpstreamConnector {
    private static final Logger LOG = Logger.getLogger(UpstreamConnector.class);

    /** Learns how far it has got. */
    interface Listener {
        /** There is a place; a connection is next. */
        void onPlace();

        /** There is a request, of which nothing has been sent. */
        void onOpened(HttpClientRequest request);

        /** There is no way. */
        void onFailed(ProxyError refusal);
    }

    private final Upstreams upstreams;
    private final LoopState loop;
    private final Context context;
    private final Target target;
    private final String uri;
    private final Duration patience;
    private final Listener listener;
    private final UpstreamBulkhead origin;
    private final Runnable next = this::calledIn;
    private boolean inside;
    private long began;
    private boolean closed;

    /**
     * Creates a dial that has not set out.
     *
     * @param patience how long connecting may take; the addresses share it, so that one that is dead leaves time for the next
     */
    UpstreamConnector(
            Upstreams upstreams,
            LoopState loop,
            Context context,
            Target target,
            String uri,
            Duration patience,
            Listener listener) {
        this.upstreams = upstreams;
        this.loop = loop;
        this.context = context;
        this.target = target;
        this.uri = uri;
        this.patience = patience;
        this.listener = listener;
        this.origin = upstreams.origin(target.endpoint());
    }

    /** Sets out. */
    void start() {
        if (origin.enter(next)) {
            enter();
        }
    }

    /** Connects once more, in the place that it has. */
    void again() {
        enter();
    }

    /** Gives the place up, at the end of the call or before. */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (inside) {
            origin.leave();
        } else {
            // Where it is called in at this moment, it leaves when it comes back to its event loop.
            origin.giveUp(next);
        }
    }

    private void calledIn() {
        context.runOnContext(back -> {
            if (closed) {
                origin.leave();
            } else {
                enter();
            }
        });
    }

    private void enter() {
        inside = true;
        began = loop.now();
        listener.onPlace();
        String host = target.endpoint().host();
        List<EgressRoute> known = loop.ways(host);
        if (known != null) {
            connect(known, 0);
            return;
        }
        upstreams
                .ways(target.endpoint())
                .whenComplete((found, failure) -> context.runOnContext(back -> {
                    if (failure == null) {
                        loop.remember(host, found);
                    }
                    if (closed) {
                        return;
                    }
                    if (failure == null) {
                        connect(found, 0);
                    } else {
                        listener.onFailed(refusal(failure));
                    }
                }));
    }

    private void connect(List<EgressRoute> ways, int index) {
        Endpoint endpoint = target.endpoint();
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(endpoint.host())
                .setPort(endpoint.port())
                .setSsl(endpoint.tls())
                .setURI(uri)
                .setConnectTimeout(share(ways.size() - index));
        ways.get(index).applyTo(options);
        loop.client(endpoint.tls()).request(options, result -> {
            if (result.succeeded()) {
                opened(result.result());
            } else if (closed) {
                // Nobody waits for it.
            } else if (index + 1 < ways.size()) {
                connect(ways, index + 1);
            } else {
                listener.onFailed(refusal(result.cause()));
            }
        });
    }

    /** The time for an address, in milliseconds, where so many are to be tried: of what is left, the same for each. */
    private long share(int addresses) {
        long left = patience.toNanos() - (loop.now() - began);
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(left / addresses));
    }

    private void opened(HttpClientRequest request) {
        if (closed) {
            request.reset();
        } else {
            listener.onOpened(request);
        }
    }

    private ProxyError refusal(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        LOG.debugf(Exceptions.withoutMessages(cause), "No way to %s", target);
        String provider = "The LLM provider " + target.providerName();
        return switch (cause) {
            case EgressRefusedException refused ->
                ProxyError.of(Kind.PROVIDER_UNREACHABLE, provider + " is not called: " + refused.getMessage());
            case UnknownHostException unknown ->
                ProxyError.of(
                        Kind.PROVIDER_UNREACHABLE, provider + " is not found: check the host name in its endpoint.");
            case RejectedExecutionException busy ->
                ProxyError.of(Kind.UNAVAILABLE, "This server is looking up too many hosts; try again soon.");
            case ProxyConnectException proxy ->
                ProxyError.of(
                        Kind.PROVIDER_UNREACHABLE,
                        provider + " cannot be reached: the HTTP proxy of this server (AGYN_EGRESS_HTTP_PROXY) does not"
                                + " connect to it.");
            // Of Vert.x, of Netty, and within one of Vert.x that says no more than that the handshake failed.
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
