package io.agyn.proxy;

import io.agyn.proxy.egress.EgressRoute;
import io.vertx.core.http.HttpClient;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What the calls on one event loop share, so that none waits for another thread: connections to providers, and a clock
 * that looks after those that take too long.
 */
final class LoopState {
    private final Supplier<HttpClient> newPlain;
    private final Supplier<HttpClient> newTls;
    private HttpClient plain;
    private HttpClient tls;
    private final Map<String, List<EgressRoute>> ways = new HashMap<>();
    private Call[] calls = new Call[64];
    private int count;
    private long now = System.nanoTime();

    LoopState(Supplier<HttpClient> newPlain, Supplier<HttpClient> newTls) {
        this.newPlain = newPlain;
        this.newTls = newTls;
    }

    /** The client for providers that are called by http, or by https. */
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

    /** The ways to a host that were found since the last tick; null where none were. */
    List<EgressRoute> ways(String host) {
        return ways.get(host);
    }

    /** Remembers the ways to a host until the next tick. */
    void remember(String host, List<EgressRoute> found) {
        ways.put(host, found);
    }

    /** The time of the last tick, by {@link System#nanoTime()}. */
    long now() {
        return now;
    }

    /** Looks after a call from now on. */
    void add(Call call) {
        if (count == calls.length) {
            calls = Arrays.copyOf(calls, 2 * count);
        }
        call.setIndex(count);
        calls[count] = call;
        count++;
    }

    /** Looks after a call no longer. */
    void remove(Call call) {
        count--;
        Call last = calls[count];
        calls[call.index()] = last;
        last.setIndex(call.index());
        calls[count] = null;
    }

    /** Ends all calls, since the server stops. */
    void stop() {
        // From the end, as tick() does.
        for (int i = count - 1; i >= 0; i--) {
            if (i < count) {
                calls[i].stop();
            }
        }
    }

    /** Lets time pass. */
    void tick() {
        now = System.nanoTime();
        ways.clear();
        // From the end, so that one that is over, and replaced by the last, leaves none out.
        for (int i = count - 1; i >= 0; i--) {
            if (i < count) {
                calls[i].checkTime();
            }
        }
    }
}
