package io.agyn.listener;

import static java.util.Objects.requireNonNull;

import io.agyn.settings.Settings;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Event;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Drains the server between SIGTERM and its end, so that no call is lost even if the load balancer is not notified:
 *
 * <ol>
 * <li>Readiness is down, and the server runs normally for {@code AGYN_SHUTDOWN_DELAY}.
 * <li>The listener is closed: a balancer that cannot connect tries another server.
 * <li>Requests in flight continue, and new ones on open connections are served. Responses tell callers to close the
 * connection. Idle connections stay open: closing one would lose a request that a balancer sends at that moment.
 * <li>When no request is in flight and none has arrived for {@link #LULL}, the drain is over. At
 * {@code AGYN_SHUTDOWN_TIMEOUT} it is overdue, and remaining requests fail.
 * </ol>
 *
 * <p>Quarkus's own drain ({@code quarkus.shutdown.timeout}) keeps accepting connections, and responds to each request
 * with an empty 503.
 */
@Singleton
public class Drain {
    private static final Logger LOG = Logger.getLogger(Drain.class);
    private static final String MONITORING = "/q/";
    // The risk that a request meets a closed connection is about the network latency divided by this.
    private static final Duration LULL = Duration.ofMillis(500);
    private static final Duration POLL = Duration.ofMillis(25);
    private static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(1);

    private final CallerConnections connections;
    private final Duration delay;
    private final Duration timeout;
    private final Event<Overdue> overdue;
    private volatile boolean isDraining;
    private volatile boolean isOverdue;
    private volatile long lastRequest;

    Drain(CallerConnections connections, Settings settings, Event<Overdue> overdue) {
        this.overdue = requireNonNull(overdue, "overdue is null");
        this.connections = requireNonNull(connections, "connections is null");
        this.delay = settings.shutdownDelay();
        this.timeout = settings.shutdownTimeout();
    }

    /** Whether a request must be rejected because the time for requests in flight is over. */
    public boolean rejects(HttpServerRequest request) {
        return isOverdue && !isMonitoring(request.path());
    }

    /** Whether the listener is closed or about to be. */
    public boolean isDraining() {
        return isDraining;
    }

    /** Whether a path is for health or metrics, which are served until the end, without closing their connection. */
    static boolean isMonitoring(@Nullable String path) {
        return path != null && path.startsWith(MONITORING);
    }

    /** Handles a request whose head has been read. */
    void onRequest(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (!isDraining || isMonitoring(request.path())) {
            return;
        }
        lastRequest = System.nanoTime();
        if (request.version() != HttpVersion.HTTP_2) {
            context.addHeadersEndHandler(
                    head -> request.response().putHeader(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE));
        }
    }

    /** Drains the server; returns when its connections may be closed. */
    void run() throws InterruptedException {
        Thread.sleep(delay);
        long started = System.nanoTime();
        lastRequest = started;
        // Before the listener is closed, so that a refused connection implies it.
        isDraining = true;
        connections.stopListening();
        connections.visit(all -> all.forEach(CallerConnection::announceClose));
        Activity activity = activity();
        if (activity.requests() > 0) {
            LOG.infof(
                    "No more connections are accepted; %d requests in flight have %d s to finish",
                    activity.requests(), timeout.toSeconds());
        }
        long lastBusy = started;
        while (activity.connections() > 0) {
            long now = System.nanoTime();
            if (activity.requests() > 0) {
                lastBusy = now;
            } else if (now - Math.max(lastBusy, lastRequest) > LULL.toNanos()) {
                return;
            }
            if (now - started > timeout.toNanos()) {
                endRemaining(activity.requests());
                return;
            }
            Thread.sleep(POLL);
            activity = activity();
        }
    }

    private void endRemaining(int requests) throws InterruptedException {
        isOverdue = true;
        LOG.warnf(
                "After AGYN_SHUTDOWN_TIMEOUT (%d s), %d requests in flight are aborted", timeout.toSeconds(), requests);
        overdue.fire(new Overdue());
        long started = System.nanoTime();
        while (activity().requests() > 0 && System.nanoTime() - started < FLUSH_TIMEOUT.toNanos()) {
            Thread.sleep(POLL);
        }
    }

    /** Returns the current activity, without monitoring. */
    private Activity activity() throws InterruptedException {
        AtomicInteger open = new AtomicInteger();
        AtomicInteger requests = new AtomicInteger();
        connections.visit(all -> {
            for (CallerConnection connection : all) {
                if (connection.isAnnouncedAndDone()) {
                    connection.close();
                } else if (!connection.isForMonitoring()) {
                    open.incrementAndGet();
                    requests.addAndGet(connection.requestsInFlight());
                }
            }
        });
        return new Activity(open.get(), requests.get());
    }

    /** The event that ends the remaining requests after the timeout. */
    public record Overdue() {}

    private record Activity(int connections, int requests) {}
}
