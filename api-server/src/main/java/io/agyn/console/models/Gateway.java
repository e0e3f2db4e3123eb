package io.agyn.console.models;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SourceAddress;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;

/** The server's address as the browser uses it; agents can use it too. */
@Singleton
class Gateway {
    private final HttpServerRequest http;
    private final SourceAddress addresses;

    Gateway(HttpServerRequest http, SourceAddress addresses) {
        this.http = requireNonNull(http, "http is null");
        this.addresses = requireNonNull(addresses, "addresses is null");
    }

    /** Scheme, host and port. */
    String address() {
        return (addresses.isTls(http) ? "https" : "http") + "://" + http.authority();
    }
}
