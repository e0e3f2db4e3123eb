package io.agyn.ids;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Generates UUIDs of version 7 (RFC 9562), ordered by creation time, even within a millisecond. They can be guessed,
 * so they must not protect anything.
 */
public final class Uuid7 {
    /** Milliseconds since the epoch, and a count within the millisecond in the low 12 bits. */
    private static final AtomicLong LAST = new AtomicLong();

    private Uuid7() {}

    /** Returns a new UUID that sorts after all earlier ones of this process, even if the clock was set back. */
    public static UUID next() {
        long now = System.currentTimeMillis() << 12;
        long stamp = LAST.updateAndGet(last -> Math.max(last + 1, now));
        long high = ((stamp >>> 12) << 16) | 0x7000L | (stamp & 0xFFFL);
        long low = (ThreadLocalRandom.current().nextLong() >>> 2) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }
}
