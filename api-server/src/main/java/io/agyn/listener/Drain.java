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

/**
 * What the server does between SIGTERM and its end, so that a load balancer that is told nothing loses no call:
 *
 * <ol>
 *   <li>Readiness is down, and all goes on for {@code AGYN_SHUTDOWN_DELAY}.
 *   <li>The listener is closed: a balancer that cannot connect tries another server.
 *   <li>Requests in flight go on, and those that still come on open connections are served. Responses tell callers to use
 *       the connection no more. An idle connection stays open: a balancer that sends a request at the moment at which the
 *       connection is closed loses it.
 *   <li>When no request is in flight and none has come for {@link #LULL}, the drain is over; at
 *       {@code AGYN_SHUTDOWN_TIMEOUT} it is overdue, and what is left is refused.
 * </ol>
 *
 * <p>Quarkus's own drain ({@code quarkus.shutdown.timeout}) goes on accepting connections and answers each request with an
 * empty 503.
 */
@Singleton
public class Drain {
    private static final Logger LOG = Logger.getLogger(Drain.class);
    private static final String MONITORING = "/q/";
    // The shorter, the likelier is a request in flight to a connection that is closed: about the network's latency
    // divided
    // by this.
    private static final Duration LULL = Duration.ofMillis(500);
    private static final Duration TURN = Duration.ofMillis(25);
    private static final Duration TIME_FOR_LAST_BYTES = Duration.ofSeconds(1);

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

    /** Whether a request is to be refused, since the time for requests in flight is over. */
    public boolean refuses(HttpServerRequest request) {
        return isOverdue && !isMonitoring(request.path());
    }

    /** Whether a path is that of health or metrics, which are served to the end, and on the connection that they have. */
    static boolean isMonitoring(String path) {
        return path != null && path.startsWith(MONITORING);
    }

    /** Takes note of a request whose head has been read. */
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

    /** Drains the server, and returns when it may close its connections. */
    void run() throws InterruptedException {
        Thread.sleep(delay);
        long started = System.nanoTime();
        lastRequest = started;
        // Before the listener is closed: who cannot connect any more may count on it.
        isDraining = true;
        connections.stopListening();
        connections.visit(all -> all.forEach(CallerConnection::announceClose));
        Activity activity = look();
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
                endWhatIsLeft(activity.requests());
                return;
            }
            Thread.sleep(TURN);
            activity = look();
        }
    }

    private void endWhatIsLeft(int requests) throws InterruptedException {
        isOverdue = true;
        LOG.warnf(
                "After AGYN_SHUTDOWN_TIMEOUT (%d s), %d requests in flight are broken off",
                timeout.toSeconds(), requests);
        overdue.fire(new Overdue());
        long started = System.nanoTime();
        while (look().requests() > 0 && System.nanoTime() - started < TIME_FOR_LAST_BYTES.toNanos()) {
            Thread.sleep(TURN);
        }
    }

    /** What goes on, beside monitoring. */
    private Activity look() throws InterruptedException {
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

    /** The event by which the drain ends requests that have not ended in time. */
    public record Overdue() {}

    private record Activity(int connections, int requests) {}
}
