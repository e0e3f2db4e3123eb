package io.agyn.proxy.routing;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Caches database lookups. Concurrent callers share one lookup, and its result is kept until it is invalidated or
 * marked stale. A stale result is looked up again, and is served while the database is unavailable. Failures are not
 * cached.
 */
final class LookupCache<K, V> {
    /** How long, at most, a stale result is served. */
    static final Duration MAX_STALE = Duration.ofMinutes(10);

    private static final int CAPACITY = 100_000;
    static final Duration FOUND_TTL = Duration.ofDays(1);
    private static final Duration NOT_FOUND_TTL = Duration.ofSeconds(2);
    // How long to wait for the database, with and without a stale result to fall back on, and the pause before the
    // next attempt.
    private static final Duration STALE_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration RETRY = Duration.ofSeconds(2);

    /** Queries the database. It may block. */
    interface Lookup<K, V> {
        V find(K key) throws Exception;
    }

    private final LookupExecutor lookups;
    private final Lookup<K, V> lookup;
    private final Predicate<V> isFound;
    private final AsyncCache<K, V> results;
    private final Cache<K, Stale<V>> stale;
    private final LongAdder lookupCount = new LongAdder();

    /**
     * @param lookups runs the lookups
     * @param lookup queries the database
     * @param isFound distinguishes results to keep for long from results that nothing exists
     */
    LookupCache(LookupExecutor lookups, Lookup<K, V> lookup, Predicate<V> isFound) {
        this(lookups, lookup, isFound, result -> FOUND_TTL);
    }

    /**
     * @param lookups runs the lookups
     * @param lookup queries the database
     * @param isFound distinguishes results to keep for long from results that nothing exists
     * @param foundTtl how long to keep a result that something exists
     */
    LookupCache(LookupExecutor lookups, Lookup<K, V> lookup, Predicate<V> isFound, Function<V, Duration> foundTtl) {
        this.lookups = requireNonNull(lookups, "lookUps is null");
        this.lookup = requireNonNull(lookup, "lookUp is null");
        this.isFound = requireNonNull(isFound, "isFound is null");
        this.results = Caffeine.newBuilder()
                .maximumSize(CAPACITY)
                .expireAfter(Expiry.<K, V>writing(
                        (key, result) -> isFound.test(result) ? foundTtl.apply(result) : NOT_FOUND_TTL))
                // Its maintenance is short; a pool would wake another thread for each call.
                .executor(Runnable::run)
                .buildAsync();
        this.stale = Caffeine.newBuilder()
                .maximumSize(CAPACITY)
                .expireAfterWrite(MAX_STALE)
                .executor(Runnable::run)
                .build();
    }

    /** Returns the cached result, if there is one. */
    Optional<V> getIfPresent(K key) {
        CompletableFuture<V> result = results.getIfPresent(key);
        return result != null && result.isDone() && !result.isCompletedExceptionally()
                ? Optional.of(result.join())
                : Optional.empty();
    }

    /**
     * Returns the result. Fails if the database is needed and does not respond in time, or if too many lookups are
     * queued.
     */
    CompletableFuture<V> get(K key) {
        return get(key, lookup);
    }

    /** Returns the result as {@link #get(Object)} does, with another query if it is not cached. */
    CompletableFuture<V> get(K key, Lookup<K, V> lookup) {
        CompletableFuture<V> cached = results.getIfPresent(key);
        if (cached != null) {
            return cached;
        }
        Stale<V> fallback = stale.getIfPresent(key);
        if (fallback != null && fallback.isServed()) {
            return fallback.result;
        }
        CompletableFuture<V> future = new CompletableFuture<>();
        CompletableFuture<V> other = results.asMap().putIfAbsent(key, future);
        if (other != null) {
            return other;
        }
        // Only after the entry exists: with Caffeine's own loading, a change during the lookup could be invalidated
        // before there is an entry, and the outdated result would be kept.
        lookupCount.increment();
        lookups.submit(() -> lookup.find(key), fallback == null ? TIMEOUT : STALE_TIMEOUT)
                .whenComplete((result, failure) -> {
                    if (failure == null) {
                        found(key, future, result);
                    } else {
                        fail(key, future, failure);
                    }
                });
        return future;
    }

    /** The approximate number of cached results. */
    long size() {
        return results.synchronous().estimatedSize();
    }

    /** The number of lookups. */
    long lookupCount() {
        return lookupCount.sum();
    }

    /** Removes wrong results, and all lookups in flight, which may have read the state before the change. */
    void invalidateIf(BiPredicate<K, V> wrong) {
        // Stale results first: lookups in flight fall back on them until they are removed.
        stale.asMap()
                .entrySet()
                .removeIf(entry ->
                        wrong.test(entry.getKey(), entry.getValue().result.join()));
        results.asMap().forEach((key, result) -> {
            if (!isKnown(result) || wrong.test(key, result.join())) {
                results.asMap().remove(key, result);
            }
        });
    }

    /** Marks results as stale, and removes all lookups in flight, which may have read the state before the change. */
    void markStaleIf(BiPredicate<K, V> isStale) {
        results.asMap().forEach((key, result) -> {
            if (!isKnown(result)) {
                results.asMap().remove(key, result);
            } else if (isStale.test(key, result.join())) {
                if (isFound.test(result.join())) {
                    stale.put(key, new Stale<>(result));
                }
                results.asMap().remove(key, result);
            }
        });
    }

    /** Removes all results and all lookups in flight. */
    void invalidateAll() {
        invalidateIf((key, result) -> true);
    }

    private static boolean isKnown(CompletableFuture<?> result) {
        return result.isDone() && !result.isCompletedExceptionally();
    }

    private void found(K key, CompletableFuture<V> future, V result) {
        if (results.asMap().get(key) == future) {
            stale.invalidate(key);
        }
        future.complete(result);
    }

    private void fail(K key, CompletableFuture<V> future, Throwable failure) {
        // Before completing the future, so that a waiting caller that retries does not get the same failure.
        results.asMap().remove(key, future);
        Stale<V> fallback = stale.getIfPresent(key);
        if (fallback != null && LookupExecutor.isUnavailable(failure)) {
            fallback.serveFor(RETRY);
            future.complete(fallback.result.join());
        } else {
            future.completeExceptionally(failure);
        }
    }

    /** A result that a change may have made wrong. */
    private static final class Stale<V> {
        private final CompletableFuture<V> result;
        private volatile long servedUntil = System.nanoTime();

        private Stale(CompletableFuture<V> result) {
            this.result = result;
        }

        private boolean isServed() {
            return System.nanoTime() - servedUntil < 0;
        }

        private void serveFor(Duration time) {
            servedUntil = System.nanoTime() + time.toNanos();
        }
    }
}
