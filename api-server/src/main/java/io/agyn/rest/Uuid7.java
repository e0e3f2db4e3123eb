package io.agyn.rest;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes UUIDs of version 7 (RFC 9562): ordered by the time of their making, also within a millisecond. They can be guessed,
 * and guard nothing.
 */
public final class Uuid7 {
    /** Milliseconds since the epoch, and in the low 12 bits a count within the millisecond. */
    private static final AtomicLong LAST = new AtomicLong();

    private Uuid7() {}

    /** A new UUID, later in order than all that this process made before, the clock set back or not. */
    public static UUID next() {
        long now = System.currentTimeMillis() << 12;
        long stamp = LAST.updateAndGet(last -> Math.max(last + 1, now));
        long high = ((stamp >>> 12) << 16) | 0x7000L | (stamp & 0xFFFL);
        long low = (ThreadLocalRandom.current().nextLong() >>> 2) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }
}
