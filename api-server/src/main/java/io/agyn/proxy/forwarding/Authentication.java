package io.agyn.proxy.forwarding;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Identity;
import io.agyn.api.model.TokenScope;
import io.agyn.proxy.exchange.CallerToken;
import io.agyn.proxy.exchange.Exchange;
import io.agyn.proxy.exchange.RoutingErrors;
import io.agyn.proxy.routing.HashedToken;
import org.jspecify.annotations.Nullable;

/** Authenticates the caller of a call by its token, and again when time has passed. */
final class Authentication {
    private final Call call;
    private final ProxyContext proxy;
    private final LoopState loop;
    private final Exchange exchange;
    // Null until it is known.
    private @Nullable Identity identity;
    // Null for a call of this server itself, and until the caller is known.
    private @Nullable HashedToken token;
    // The time of the event loop's tick.
    private long lookedUpAt;

    /** @param identity the identity of a call that needs no token; null otherwise */
    Authentication(Call call, ProxyContext proxy, LoopState loop, Exchange exchange, @Nullable Identity identity) {
        this.call = call;
        this.proxy = proxy;
        this.loop = loop;
        this.exchange = exchange;
        this.identity = identity;
    }

    /** Authenticates the caller; rejects the call if its token is invalid. */
    void authenticate(Runnable next) {
        if (identity != null) {
            requireScope(identity, next);
            return;
        }
        switch (exchange.token()) {
            case CallerToken.Given given -> identify(given.token(), next);
            case CallerToken.Rejected rejected -> call.reject(rejected.error());
        }
    }

    /** Authenticates the caller again if time has passed: its token may have been revoked meanwhile. */
    void renew(Runnable next) {
        if (token == null || lookedUpAt == loop.now()) {
            next.run();
        } else {
            identify(token, next);
        }
    }

    private void identify(HashedToken given, Runnable next) {
        call.when(proxy.identify(given, exchange::use), found -> {
            if (found.isEmpty()) {
                call.reject(proxy.unknownToken(exchange, given.reveal(), call.requestId()));
                return;
            }
            identity = found.get();
            token = given;
            exchange.onIdentified(given);
            lookedUpAt = loop.now();
            requireScope(found.get(), next);
        });
    }

    private void requireScope(Identity caller, Runnable next) {
        if (caller.credential().rights().has(TokenScope.CALL_MODELS)) {
            next.run();
        } else {
            call.reject(RoutingErrors.missingScope());
        }
    }

    /** The caller; null before it is known. */
    @Nullable
    Identity caller() {
        return identity;
    }

    Identity identity() {
        return requireNonNull(identity, "not authenticated");
    }
}
