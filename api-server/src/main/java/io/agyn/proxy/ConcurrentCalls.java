package io.agyn.proxy;

import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Limits the calls in flight of each organization, API token or user. */
public final class ConcurrentCalls {
    private final int limit;
    private final ConcurrentMap<UUID, Integer> calls = new ConcurrentHashMap<>();

    /** @param limit the most concurrent calls for an id */
    public ConcurrentCalls(int limit) {
        this.limit = limit;
    }

    /** Counts a call; returns false, without counting it, if the limit is reached. */
    public boolean tryAcquire(UUID id) {
        if (calls.merge(id, 1, Integer::sum) <= limit) {
            return true;
        }
        release(id);
        return false;
    }

    /** Ends a counted call. */
    public void release(UUID id) {
        calls.computeIfPresent(id, (key, count) -> count == 1 ? null : count - 1);
    }
}
