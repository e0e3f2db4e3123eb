package io.agyn.access;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Token buckets, one per key, each of which a steady rate refills. A full bucket holds the requests of {@link #WINDOW},
 * so that a program may send many requests at once after a pause. Memory is bounded: beyond {@value #MAX_KEYS} keys,
 * the least used buckets are forgotten, that is, full again.
 */
final class RateLimit<K> {
    /** The time in which an empty bucket becomes full. */
    static final Duration WINDOW = Duration.ofMinutes(5);

    static final int MAX_KEYS = 100_000;

    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final int perMinute;
    private final LongSupplier clock;
    // Per key, the time at which the bucket will be full again (the theoretical arrival time of GCRA).
    private final Cache<K, AtomicLong> fullAt;

    /**
     * @param perMinute the requests per minute of one key; 0 for no limit
     * @param clock the time in nanoseconds, from any origin
     */
    RateLimit(int perMinute, LongSupplier clock) {
        this.perMinute = perMinute;
        this.clock = requireNonNull(clock, "clock is null");
        this.fullAt = Caffeine.newBuilder()
                .maximumSize(MAX_KEYS)
                .ticker(clock::getAsLong)
                // After that time without a request, the bucket is full, as a new one is.
                .expireAfterAccess(WINDOW)
                .build();
    }

    /**
     * Takes a request from the key's bucket.
     *
     * @return empty if the request is allowed, else the time until the next one is
     */
    Optional<Duration> take(K key) {
        if (perMinute == 0) {
            return Optional.empty();
        }
        long now = clock.getAsLong();
        long step = MINUTE / perMinute;
        AtomicLong full = fullAt.get(key, ignored -> new AtomicLong(now));
        while (true) {
            long before = full.get();
            // Differences, since the clock's values may overflow.
            long after = (before - now > 0 ? before : now) + step;
            long wait = after - now - WINDOW.toNanos();
            if (wait > 0) {
                return Optional.of(Duration.ofNanos(wait));
            }
            if (full.compareAndSet(before, after)) {
                return Optional.empty();
            }
        }
    }

    /** The number of requests in a full bucket. */
    long capacity() {
        return perMinute * WINDOW.toMinutes();
    }

    /** The number of buckets in memory; approximate. */
    long size() {
        fullAt.cleanUp();
        return fullAt.estimatedSize();
    }
}
