package io.agyn.console.models;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SourceAddress;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;

/** Where the server is, as the browser has reached it: agents reach it there too. */
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
