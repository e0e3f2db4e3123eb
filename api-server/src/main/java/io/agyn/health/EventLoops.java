package io.agyn.health;

import static java.util.Objects.requireNonNull;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Asks the event loops for a sign of life. A loop that has died, or is blocked, serves none of its connections. */
final class EventLoops {
    /** How long an event loop may take to run a task before it counts as blocked. */
    static final Duration LIMIT = Duration.ofSeconds(20);

    private final Iterable<EventExecutor> loops;
    private final LongSupplier clock;
    private final Map<EventExecutor, Ping> pings = new ConcurrentHashMap<>();

    /**
     * Creates a watch of some event loops.
     *
     * @param loops the event loops
     * @param clock nanoseconds, as {@link System#nanoTime()} has them
     */
    EventLoops(Iterable<EventExecutor> loops, LongSupplier clock) {
        this.loops = requireNonNull(loops, "loops is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /** The indexes of the event loops that have died or left the ping of an earlier call unanswered for too long. */
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
