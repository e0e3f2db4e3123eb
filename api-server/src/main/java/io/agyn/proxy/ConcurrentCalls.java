package io.agyn.proxy;

import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Counts the calls in flight of each organization, API token or user, and admits no more than a limit of one. */
public final class ConcurrentCalls {
    private final int limit;
    private final ConcurrentMap<UUID, Integer> calls = new ConcurrentHashMap<>();

    /**
     * Creates a count of no calls.
     *
     * @param limit the most calls of one id
     */
    public ConcurrentCalls(int limit) {
        this.limit = limit;
    }

    /** Counts a call; returns false, and does not count it, where there are as many as the limit. */
    public boolean enter(UUID id) {
        if (calls.merge(id, 1, Integer::sum) <= limit) {
            return true;
        }
        leave(id);
        return false;
    }

    /** Ends a call that was counted. */
    public void leave(UUID id) {
        calls.computeIfPresent(id, (key, count) -> count == 1 ? null : count - 1);
    }
}
