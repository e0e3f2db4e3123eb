package io.agyn.budget;

import java.util.UUID;

/** Limits the calls in flight of each organization, API token or user. */
public final class ConcurrentCalls {
    private final int limit;
    private final KeyedCounter<UUID> calls = new KeyedCounter<>();

    /** @param limit the most concurrent calls for an id */
    public ConcurrentCalls(int limit) {
        this.limit = limit;
    }

    /** Counts a call; returns false, without counting it, if the limit is reached. */
    public boolean tryAcquire(UUID id) {
        if (calls.add(id, 1) <= limit) {
            return true;
        }
        release(id);
        return false;
    }

    /** Ends a counted call. */
    public void release(UUID id) {
        calls.add(id, -1);
    }
}
