package io.agyn.proxy.forwarding;

import io.agyn.proxy.egress.EgressRoute;
import io.vertx.core.http.HttpClient;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The state that all calls on one event loop share, so that none waits for another thread: connections to providers,
 * and a clock for the calls' timeouts.
 */
final class LoopState {
    private static final int SESSION_TICKS = 4;
    private static final int SCRATCH_BYTES = 64 << 10;

    private final Supplier<HttpClient> newPlain;
    private final Supplier<HttpClient> newTls;
    private final Function<Boolean, HttpClient> newWebSocket;
    private @Nullable HttpClient plain;
    private @Nullable HttpClient tls;
    private @Nullable HttpClient plainWebSocket;
    private @Nullable HttpClient tlsWebSocket;
    private final Map<String, List<EgressRoute>> egressRoutes = new HashMap<>();
    private final TimedList calls = new TimedList();
    private final TimedList sessions = new TimedList();
    private byte @Nullable [] scratch;
    private int ticks;
    private long now = System.nanoTime();

    /** @param newWebSocket creates the client for WebSockets by https, or by http */
    LoopState(Supplier<HttpClient> newPlain, Supplier<HttpClient> newTls, Function<Boolean, HttpClient> newWebSocket) {
        this.newPlain = newPlain;
        this.newTls = newTls;
        this.newWebSocket = newWebSocket;
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

    /** Returns the client for WebSockets by https, or by http. */
    HttpClient webSocketClient(boolean encrypted) {
        if (encrypted) {
            if (tlsWebSocket == null) {
                tlsWebSocket = newWebSocket.apply(true);
            }
            return tlsWebSocket;
        }
        if (plainWebSocket == null) {
            plainWebSocket = newWebSocket.apply(false);
        }
        return plainWebSocket;
    }

    /** An array for bytes that are needed only during one method. */
    byte[] scratch() {
        if (scratch == null) {
            scratch = new byte[SCRATCH_BYTES];
        }
        return scratch;
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

    /** The open WebSockets of callers. */
    TimedList sessions() {
        return sessions;
    }

    /** Ends all calls, because the server stops. */
    void stop() {
        calls.forEach(TimedList.Entry::stop);
        sessions.forEach(TimedList.Entry::stop);
    }

    /** Checks the timeouts of all calls, and less often of WebSockets. */
    void tick() {
        now = System.nanoTime();
        egressRoutes.clear();
        calls.forEach(TimedList.Entry::checkTime);
        ticks++;
        if (ticks == SESSION_TICKS) {
            ticks = 0;
            sessions.forEach(TimedList.Entry::checkTime);
        }
    }
}
