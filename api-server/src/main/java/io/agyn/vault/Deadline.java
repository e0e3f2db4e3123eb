package io.agyn.vault;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The end of the time for a read, with all of its requests.
 *
 * @param limit the whole time
 */
record Deadline(Duration limit, long nanoTime) {
    static Deadline in(Duration limit) {
        return new Deadline(limit, System.nanoTime() + limit.toNanos());
    }

    /** The remaining time, at least a millisecond. */
    long remainingMillis() {
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanoTime - System.nanoTime()));
    }

    boolean isOver() {
        return System.nanoTime() - nanoTime >= 0;
    }
}
