package io.agyn.budget;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** A count per key, such as an API token or a source address. Thread-safe. Keys with count 0 use no memory. */
public final class KeyedCounter<K> {
    private final ConcurrentMap<K, Long> counts = new ConcurrentHashMap<>();

    /**
     * Adds to the count of a key. The count is never negative.
     *
     * @param amount may be negative
     * @return the new count
     */
    public long add(K key, long amount) {
        Long count = counts.compute(key, (ignored, before) -> {
            long sum = (before == null ? 0 : before) + amount;
            return sum <= 0 ? null : Long.valueOf(sum);
        });
        return count == null ? 0 : count;
    }

    public long get(K key) {
        return counts.getOrDefault(key, 0L);
    }

    /** The number of keys with a count other than 0. */
    int size() {
        return counts.size();
    }
}
