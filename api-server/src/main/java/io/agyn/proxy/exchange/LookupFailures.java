package io.agyn.proxy.exchange;

import io.agyn.logging.Exceptions;
import io.agyn.oidc.IdentityProviderException;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.dialect.ProxyError.Kind;
import io.agyn.proxy.routing.LookupExecutor;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Turns a failed lookup of a token, route or list into an error: the database is unavailable, or this server has a
 * fault. Each of the two is logged once a minute, since every call meets it.
 */
public final class LookupFailures {
    private static final Logger LOG = Logger.getLogger(LookupFailures.class);
    private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);

    private static final AtomicLong NEXT_WARNING = new AtomicLong(System.nanoTime());
    private static final AtomicLong NEXT_ERROR = new AtomicLong(System.nanoTime());

    private LookupFailures() {}

    /** Returns the error for a call whose lookup failed, and logs the cause. */
    public static ProxyError error(Throwable failure, String requestId) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof IdentityProviderException) {
            // The provider's state is logged when it changes.
            return RoutingErrors.IDENTITY_PROVIDER_UNAVAILABLE;
        }
        if (LookupExecutor.isUnavailable(cause)) {
            if (isDue(NEXT_WARNING)) {
                LOG.warnf(
                        "Calls fail because the database is unavailable (first: call %s): %s",
                        requestId, reason(cause));
            }
            return RoutingErrors.DATABASE_UNAVAILABLE;
        }
        if (isDue(NEXT_ERROR)) {
            LOG.errorf(
                    Exceptions.withoutMessages(cause),
                    "The lookup of call %s failed with an internal error",
                    requestId);
        }
        return ProxyError.of(Kind.INTERNAL, "Internal error; see the server log.");
    }

    private static boolean isDue(AtomicLong next) {
        long now = System.nanoTime();
        long due = next.get();
        return now - due >= 0 && next.compareAndSet(due, now + LOG_INTERVAL.toNanos());
    }

    private static String reason(Throwable cause) {
        return cause.getMessage() == null ? "no response in time" : cause.getMessage();
    }
}
