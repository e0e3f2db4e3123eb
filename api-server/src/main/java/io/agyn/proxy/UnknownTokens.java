package io.agyn.proxy;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SourceAddress;
import io.agyn.access.Throttle;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;

/** Refuses tokens that do not work. */
@Singleton
class UnknownTokens {
    private final Throttle throttle;
    private final SourceAddress addresses;

    UnknownTokens(Throttle throttle, SourceAddress addresses) {
        this.throttle = requireNonNull(throttle, "throttle is null");
        this.addresses = requireNonNull(addresses, "addresses is null");
    }

    Refusal refuse(HttpServerRequest request, String token) {
        return throttle.isTooMuch(addresses.of(request), token) ? CallerToken.TOO_MANY : CallerToken.UNKNOWN;
    }
}
