package io.agyn.health;

import static java.util.Objects.requireNonNull;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Detects event loops that are dead or blocked, which serve none of their connections. */
final class EventLoops {
    /** How long an event loop may take to run a task before it counts as blocked. */
    static final Duration LIMIT = Duration.ofSeconds(20);

    private final Iterable<EventExecutor> loops;
    private final LongSupplier clock;
    private final Map<EventExecutor, Ping> pings = new ConcurrentHashMap<>();

    /**
     * @param loops the event loops
     * @param clock nanoseconds, like {@link System#nanoTime()}
     */
    EventLoops(Iterable<EventExecutor> loops, LongSupplier clock) {
        this.loops = requireNonNull(loops, "loops is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /** Returns the indexes of the event loops that are dead, or have not responded to the ping of an earlier call in time. */
    Set<Integer> failed() {
        Set<Integer> failed = new TreeSet<>();
        int index = 0;
        for (EventExecutor loop : loops) {
            if (isFailed(loop)) {
                failed.add(index);
            }
            index++;
        }
        return failed;
    }

    private boolean isFailed(EventExecutor loop) {
        if (loop.isShutdown()) {
            return true;
        }
        Ping last = pings.get(loop);
        if (last == null || last.done) {
            Ping next = new Ping(clock.getAsLong());
            pings.put(loop, next);
            loop.execute(next);
            return false;
        }
        return clock.getAsLong() - last.sentAt > LIMIT.toNanos();
    }

    private static final class Ping implements Runnable {
        private final long sentAt;
        private volatile boolean done;

        private Ping(long sentAt) {
            this.sentAt = sentAt;
        }

        @Override
        public void run() {
            done = true;
        }
    }
}
