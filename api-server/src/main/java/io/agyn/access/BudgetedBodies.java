package io.agyn.access;

import static java.util.Objects.requireNonNull;

import io.agyn.budget.ByteBudget;
import io.agyn.pipeline.Stage;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.settings.Settings;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.Priority;
import jakarta.inject.Provider;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** Charges bodies of the API and of forms to the {@link ByteBudget} while they are read and parsed. */
@jakarta.ws.rs.ext.Provider
@Priority(Stage.Priority.BODY_BUDGET)
public class BudgetedBodies implements ReaderInterceptor {
    /** The bytes in memory per byte of a body: read buffer, copy, decoded text and parsed tree. */
    private static final int WEIGHT = 6;

    private static final Duration POLL = Duration.ofMillis(50);

    // Interceptors are created before the settings exist.
    private final Provider<ByteBudget> budget;
    private final Provider<SourceAddress> sources;
    private final Provider<Settings> settings;
    private final Caller caller;
    private final RoutingContext routing;

    BudgetedBodies(
            Provider<ByteBudget> budget,
            Provider<SourceAddress> sources,
            Provider<Settings> settings,
            Caller caller,
            RoutingContext routing) {
        this.budget = requireNonNull(budget, "budget is null");
        this.sources = requireNonNull(sources, "sources is null");
        this.settings = requireNonNull(settings, "settings is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.routing = requireNonNull(routing, "routing is null");
    }

    @Override
    public Object aroundReadFrom(ReaderInterceptorContext context) throws IOException {
        HttpServerRequest request = routing.request();
        ByteBudget.Lease lease = budget.get()
                .lease(
                        caller.authenticated()
                                .map(identity -> identity.credential().id())
                                .orElse(null),
                        sources.get().of(request));
        context.setInputStream(new Counted(
                context.getInputStream(), lease, settings.get().proxy().queueTimeout()));
        try {
            return context.proceed();
        } finally {
            lease.release();
        }
    }

    /** A body whose reading blocks while the budget is exhausted. */
    private static final class Counted extends FilterInputStream {
        private final ByteBudget.Lease lease;
        private final Duration timeout;
        private long free = ByteBudget.FREE;

        private Counted(InputStream body, ByteBudget.Lease lease, Duration timeout) {
            super(body);
            this.lease = lease;
            this.timeout = timeout;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            if (free == 0) {
                awaitBudget();
            }
            int read = super.read(to, offset, length);
            if (read > 0) {
                long counted = Math.max(0, read - free);
                free -= read - counted;
                lease.take(WEIGHT * counted);
            }
            return read;
        }

        private void awaitBudget() {
            long end = System.nanoTime() + timeout.toNanos();
            while (lease.isExhausted()) {
                if (System.nanoTime() - end >= 0) {
                    throw new ProblemException(
                                    ProblemKind.UNAVAILABLE, "The memory for request bodies is full; try again soon.")
                            .withHeader(HttpHeaders.RETRY_AFTER, "2");
                }
                try {
                    Thread.sleep(POLL);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new ProblemException(ProblemKind.UNAVAILABLE, "The server is stopping; try again soon.")
                            .withHeader(HttpHeaders.RETRY_AFTER, "2");
                }
            }
        }
    }
}
