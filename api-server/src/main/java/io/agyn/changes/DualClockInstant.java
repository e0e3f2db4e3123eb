package io.agyn.changes;

import java.time.Duration;
import java.time.Instant;

/**
 * When something was, by two clocks: the one on the wall goes on while a machine sleeps, and the machine's own is never set
 * back.
 *
 * @param wall by {@link Instant#now()}
 * @param nanos by {@link System#nanoTime()}
 */
record DualClockInstant(Instant wall, long nanos) {

    static DualClockInstant now() {
        return new DualClockInstant(Instant.now(), System.nanoTime());
    }

    /** How long ago it was, by the clock that says the longer. */
    Duration age() {
        Duration byWall = Duration.between(wall, Instant.now());
        Duration byMachine = Duration.ofNanos(System.nanoTime() - nanos);
        return byWall.compareTo(byMachine) > 0 ? byWall : byMachine;
    }
}
