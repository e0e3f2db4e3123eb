package io.agyn.proxy.exchange;

import static java.util.Objects.requireNonNull;

import io.agyn.access.DenialLog;
import io.agyn.access.DenialLog.Sender;
import io.agyn.access.FailedTokens;
import io.agyn.access.SourceAddress;
import io.agyn.access.Throttle;
import io.agyn.problems.ProblemKind;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.dialect.ProxyError.Kind;
import io.agyn.proxy.routing.Callers;
import io.vertx.core.http.HttpHeaders;
import jakarta.inject.Singleton;

/** Rejects invalid tokens, and logs the denials. */
@Singleton
public class UnknownTokens {
    // Stands for an operation id in the audit log, as the REST API's operations have.
    private static final String CALL = "callModel";

    private final Callers callers;
    private final Throttle throttle;
    private final SourceAddress addresses;
    private final DenialLog denials;

    UnknownTokens(Callers callers, Throttle throttle, SourceAddress addresses, DenialLog denials) {
        this.callers = requireNonNull(callers, "callers is null");
        this.throttle = requireNonNull(throttle, "throttle is null");
        this.addresses = requireNonNull(addresses, "addresses is null");
        this.denials = requireNonNull(denials, "denials is null");
    }

    public ProxyError reject(Exchange exchange, String token, String requestId) {
        String address = exchange.source(addresses).orElseThrow();
        boolean isThrottled = throttle.isThrottled(address, token);
        Sender sender = new Sender(address, exchange.headers().get(HttpHeaders.USER_AGENT), requestId);
        // It writes to the database, which would block the event loop.
        Thread.startVirtualThread(() ->
                denials.log(CALL, isThrottled ? ProblemKind.TOO_MANY_REQUESTS : ProblemKind.UNAUTHENTICATED, sender));
        return isThrottled
                ? CallerToken.TOO_MANY
                : ProxyError.of(
                        Kind.UNAUTHENTICATED,
                        callers.rejection(token).orElseGet(() -> FailedTokens.reason(callers.expired(token)))
                                + " Send one that works.");
    }
}
