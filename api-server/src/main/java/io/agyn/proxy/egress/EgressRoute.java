package io.agyn.proxy.egress;

import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.SocketAddress;

/** A way to a provider's host. */
public sealed interface EgressRoute {
    /**
     * Makes a request go this way.
     *
     * @param options where host, port and TLS are the provider's, which stay
     */
    void applyTo(RequestOptions options);

    /**
     * To an address that was checked, and no other, whatever the host's name leads to meanwhile.
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
     * Through an HTTP proxy, which resolves the host's name: by {@code CONNECT} where the provider is called by https,
     * else by a request with the whole URL.
     *
     * @param proxy the proxy, with a password where it asks for one
     */
    record Through(ProxyOptions proxy) implements EgressRoute {
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
