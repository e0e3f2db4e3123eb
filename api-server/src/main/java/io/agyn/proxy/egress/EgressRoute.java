package io.agyn.proxy.egress;

import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.SocketAddress;

/** A network route to a provider's host. */
public sealed interface EgressRoute {
    /**
     * Applies the route to a request.
     *
     * @param options the provider's host, port and TLS, which stay unchanged
     */
    void applyTo(RequestOptions options);

    /**
     * To a checked address, so that a later DNS change has no effect.
     *
     * @param address the address as a literal
     */
    record Direct(String address) implements EgressRoute {
        @Override
        public void applyTo(RequestOptions options) {
            options.setServer(SocketAddress.inetSocketAddress(options.getPort(), address));
        }
    }

    /**
     * Through an HTTP proxy, which resolves the host: by {@code CONNECT} for https, else by a request with the whole
     * URL.
     *
     * @param proxy the proxy, with a password if required
     */
    record ViaProxy(ProxyOptions proxy) implements EgressRoute {
        @Override
        public void applyTo(RequestOptions options) {
            options.setProxyOptions(proxy);
        }

        @Override
        public String toString() {
            return "through " + proxy.getHost();
        }
    }
}
