package io.agyn.vault;

import java.time.Duration;

/** The pause after failed attempts: one second, doubled by each failure, up to ten. Not thread-safe. */
public final class Backoff {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration MAX = Duration.ofSeconds(10);

    private Duration next = FIRST;
    private long end;
    private boolean hasFailed;

    /** Whether the last attempt failed. */
    public boolean hasFailed() {
        return hasFailed;
    }

    /** Whether it is too early for another attempt. */
    public boolean isPausing(long now) {
        return hasFailed && now - end < 0;
    }

    /** The end of the pause after the last failure. */
    public long end() {
        return end;
    }

    public void onFailure(long now) {
        onFailure(now, Duration.ZERO);
    }

    /** @param atLeast the shortest pause after this failure */
    public void onFailure(long now, Duration atLeast) {
        hasFailed = true;
        end = now + Math.max(next.toNanos(), atLeast.toNanos());
        Duration doubled = next.multipliedBy(2);
        next = doubled.compareTo(MAX) < 0 ? doubled : MAX;
    }

    public void onSuccess() {
        hasFailed = false;
        next = FIRST;
    }
}
