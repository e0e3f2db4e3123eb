package io.agyn.proxy.forwarding;

import io.agyn.proxy.egress.EgressRoute;
import io.vertx.core.http.HttpClient;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The state that all calls on one event loop share, so that none waits for another thread: connections to providers,
 * and a clock for the calls' timeouts.
 */
final class LoopState {
    private final Supplier<HttpClient> newPlain;
    private final Supplier<HttpClient> newTls;
    private @Nullable HttpClient plain;
    private @Nullable HttpClient tls;
    private final Map<String, List<EgressRoute>> egressRoutes = new HashMap<>();
    private final TimedList calls = new TimedList();
    private long now = System.nanoTime();

    LoopState(Supplier<HttpClient> newPlain, Supplier<HttpClient> newTls) {
        this.newPlain = newPlain;
        this.newTls = newTls;
    }

    /** Returns the client for https, or for http. */
    HttpClient client(boolean encrypted) {
        if (encrypted) {
            if (tls == null) {
                tls = newTls.get();
            }
            return tls;
        }
        if (plain == null) {
            plain = newPlain.get();
        }
        return plain;
    }

    /** Returns the routes to a host that were resolved since the last tick, if any. */
    @Nullable
    List<EgressRoute> egressRoutes(String host) {
        return egressRoutes.get(host);
    }

    /** Caches the routes to a host until the next tick. */
    void cacheRoutes(String host, List<EgressRoute> found) {
        egressRoutes.put(host, found);
    }

    /** The time of the last tick, as {@link System#nanoTime()}. */
    long now() {
        return now;
    }

    /** The calls in progress. */
    TimedList calls() {
        return calls;
    }

    /** Ends all calls, because the server stops. */
    void stop() {
        calls.forEach(TimedList.Entry::stop);
    }

    /** Checks the timeouts of all calls. */
    void tick() {
        now = System.nanoTime();
        egressRoutes.clear();
        calls.forEach(TimedList.Entry::checkTime);
    }
}
