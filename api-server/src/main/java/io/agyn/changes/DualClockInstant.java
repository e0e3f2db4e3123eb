package io.agyn.changes;

import java.time.Duration;
import java.time.Instant;

/**
 * A time on two clocks: the wall clock, which runs while a machine sleeps, and the monotonic clock, which is never
 * set back.
 *
 * @param wall from {@link Instant#now()}
 * @param nanos from {@link System#nanoTime()}
 */
record DualClockInstant(Instant wall, long nanos) {

    static DualClockInstant now() {
        return new DualClockInstant(Instant.now(), System.nanoTime());
    }

    /** The elapsed time, by the clock that shows more. */
    Duration age() {
        Duration byWall = Duration.between(wall, Instant.now());
        Duration byMachine = Duration.ofNanos(System.nanoTime() - nanos);
        return byWall.compareTo(byMachine) > 0 ? byWall : byMachine;
    }
}
