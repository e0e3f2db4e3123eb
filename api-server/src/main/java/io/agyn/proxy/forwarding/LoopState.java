package io.agyn.proxy.forwarding;

import io.agyn.proxy.egress.EgressRoute;
import io.vertx.core.http.HttpClient;
import java.util.Arrays;
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
    private @Nullable Call[] calls = new Call[64];
    private int count;
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

    /** Starts checking a call's timeouts. */
    void add(Call call) {
        if (count == calls.length) {
            calls = Arrays.copyOf(calls, 2 * count);
        }
        call.setIndex(count);
        calls[count] = call;
        count++;
    }

    /** Stops checking a call's timeouts. */
    void remove(Call call) {
        count--;
        Call last = calls[count];
        calls[call.index()] = last;
        last.setIndex(call.index());
        calls[count] = null;
    }

    /** Ends all calls, because the server stops. */
    void stop() {
        // Backwards, as in tick().
        for (int i = count - 1; i >= 0; i--) {
            if (i < count) {
                calls[i].stop();
            }
        }
    }

    /** Checks the timeouts of all calls. */
    void tick() {
        now = System.nanoTime();
        egressRoutes.clear();
        // Backwards: a call that ends is replaced by the last one, which was checked already.
        for (int i = count - 1; i >= 0; i--) {
            if (i < count) {
                calls[i].checkTime();
            }
        }
    }
}
