package io.agyn.proxy.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LookupCacheTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final AtomicInteger lookups = new AtomicInteger();
    private final LookupExecutor database = new LookupExecutor(10, LONG);

    @Test
    void concurrentRequestsShareOneLookup() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        LookupCache<String, Integer> cache = cacheHeldBy(held);
        List<CompletableFuture<Integer>> responses = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            responses.add(cache.get("a"));
        }
        held.countDown();
        for (CompletableFuture<Integer> response : responses) {
            assertThat(response.get()).isEqualTo(1);
        }
        assertThat(cache.get("a").get()).isEqualTo(1);
    }

    @Test
    void entryInvalidatedDuringItsLookupIsLookedUpAgain() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        LookupCache<String, Integer> cache = new LookupCache<>(
                database,
                key -> {
                    int response = lookups.incrementAndGet();
                    started.countDown();
                    held.await();
                    return response;
                },
                response -> true);
        CompletableFuture<Integer> before = cache.get("a");
        started.await();
        cache.invalidateIf((key, response) -> false);
        CompletableFuture<Integer> after = cache.get("a");
        held.countDown();
        assertThat(before.get()).isEqualTo(1);
        assertThat(after.get()).isEqualTo(2);
        assertThat(cache.get("a").get()).isEqualTo(2);
    }

    @Test
    void onlyStaleEntriesAreInvalidated() throws Exception {
        LookupCache<String, Integer> cache =
                new LookupCache<>(database, key -> lookups.incrementAndGet(), response -> true);
        cache.get("a").get();
        cache.get("b").get();
        cache.invalidateIf((key, response) -> key.equals("a"));
        assertThat(cache.get("a").get()).isEqualTo(3);
        assertThat(cache.get("b").get()).isEqualTo(2);
        cache.invalidateAll();
        assertThat(cache.get("b").get()).isEqualTo(4);
    }

    @Test
    void failureIsNotCached() throws Exception {
        AtomicBoolean down = new AtomicBoolean(true);
        LookupCache<String, Integer> cache = new LookupCache<>(
                database,
                key -> {
                    if (down.get()) {
                        throw new SQLException("down");
                    }
                    return lookups.incrementAndGet();
                },
                response -> true);
        for (int again = 1; again <= 1_000; again++) {
            down.set(true);
            assertThatThrownBy(() -> cache.get("a").get()).hasRootCauseMessage("down");
            down.set(false);
            assertThat(cache.get("a").get()).isEqualTo(again);
            cache.invalidateAll();
        }
    }

    @Test
    void manyUnknownLookupsAreRejectedBeforeTheyTakeAllConnections() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        AtomicInteger atOnce = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        LookupCache<Integer, Integer> cache = new LookupCache<>(
                new LookupExecutor(3, LONG),
                key -> {
                    most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                    held.await();
                    atOnce.decrementAndGet();
                    return key;
                },
                response -> true);
        List<CompletableFuture<Integer>> responses = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            responses.add(cache.get(i));
        }
        List<CompletableFuture<Integer>> rejected = responses.stream()
                .filter(CompletableFuture::isCompletedExceptionally)
                .toList();
        assertThat(rejected).hasSizeBetween(1_900, 2_100).allSatisfy(response -> assertThatThrownBy(response::get)
                .hasCauseInstanceOf(RejectedExecutionException.class));
        held.countDown();
        for (CompletableFuture<Integer> response : responses) {
            if (!rejected.contains(response)) {
                response.get();
            }
        }
        assertThat(most).hasValue(3);
        assertThat(cache.get(2_999).get()).isEqualTo(2_999);
    }

    @Test
    void hungDatabaseDelaysRequestsOnlyBriefly() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        LookupCache<String, String> cache = new LookupCache<>(
                new LookupExecutor(1, Duration.ofMillis(50)),
                key -> {
                    held.await();
                    return key;
                },
                response -> true);
        CompletableFuture<String> first = cache.get("a");
        CompletableFuture<String> second = cache.get("b");
        Thread.sleep(100);
        held.countDown();
        assertThat(first.get()).isEqualTo("a");
        assertThatThrownBy(second::get).hasCauseInstanceOf(RejectedExecutionException.class);
        assertThat(cache.get("b").get()).isEqualTo("b");
    }

    @Test
    void nothingIsKeptForLongThatWasNotFound() throws Exception {
        LookupCache<String, Integer> cache =
                new LookupCache<>(database, key -> lookups.incrementAndGet(), response -> response != 1);
        assertThat(cache.get("a").get()).isEqualTo(1);
        assertThat(cache.get("a").get()).isEqualTo(1);
        Thread.sleep(2_100);
        assertThat(cache.get("a").get()).isEqualTo(2);
        Thread.sleep(2_100);
        assertThat(cache.get("a").get()).isEqualTo(2);
    }

    /** A writer changes a value and invalidates it; later lookups must never return an older one. */
    @Test
    void noStaleEntrySurvivesAConcurrentChange() throws Exception {
        AtomicInteger stored = new AtomicInteger();
        LookupCache<String, Integer> cache = new LookupCache<>(database, key -> stored.get(), response -> true);
        AtomicBoolean done = new AtomicBoolean();
        List<Thread> askers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            askers.add(Thread.ofPlatform().start(() -> {
                while (!done.get()) {
                    cache.get("a").join();
                }
            }));
        }
        Random random = new Random(1);
        try {
            for (int value = 1; value <= 20_000; value++) {
                stored.set(value);
                cache.invalidateAll();
                assertThat(cache.get("a").get()).isGreaterThanOrEqualTo(value);
                if (random.nextInt(100) == 0) {
                    Thread.yield();
                }
            }
        } finally {
            done.set(true);
            for (Thread asker : askers) {
                asker.join();
            }
        }
    }

    @Test
    void staleEntryIsUsedWhileTheDatabaseIsDown() throws Exception {
        AtomicBoolean down = new AtomicBoolean();
        LookupCache<String, Integer> cache = new LookupCache<>(
                database,
                key -> {
                    if (down.get()) {
                        throw new SQLException("connection refused", "08001");
                    }
                    return lookups.incrementAndGet();
                },
                response -> true);
        cache.get("a").get();
        down.set(true);
        cache.markStaleIf((key, response) -> true);
        for (int i = 0; i < 100; i++) {
            assertThat(cache.get("a").get()).isEqualTo(1);
        }
        assertThat(cache.lookupCount())
                .as("the database is not asked for each call")
                .isEqualTo(2);
        assertThatThrownBy(() -> cache.get("b").get()).hasRootCauseMessage("connection refused");
        down.set(false);
        Thread.sleep(Duration.ofMillis(2_100));
        assertThat(cache.get("a").get()).isEqualTo(2);
    }

    @Test
    void invalidatedEntryNeverComesBack() throws Exception {
        AtomicBoolean down = new AtomicBoolean();
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        LookupCache<String, Integer> cache = new LookupCache<>(
                database,
                key -> {
                    if (down.get()) {
                        asked.countDown();
                        held.await();
                        throw new SQLException("connection refused", "08001");
                    }
                    return lookups.incrementAndGet();
                },
                response -> true);
        cache.get("a").get();
        down.set(true);
        cache.markStaleIf((key, response) -> true);
        CompletableFuture<Integer> waiting = cache.get("a");
        asked.await();
        cache.invalidateIf((key, response) -> response == 1);
        held.countDown();
        assertThatThrownBy(waiting::get).hasRootCauseMessage("connection refused");
        assertThatThrownBy(() -> cache.get("a").get()).hasRootCauseMessage("connection refused");
    }

    @Test
    void databaseThatHangsIsNotWaitedForLong() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        AtomicBoolean hangs = new AtomicBoolean();
        LookupCache<String, Integer> cache = new LookupCache<>(
                database,
                key -> {
                    if (hangs.get()) {
                        held.await();
                    }
                    return lookups.incrementAndGet();
                },
                response -> true);
        cache.get("a").get();
        hangs.set(true);
        cache.markStaleIf((key, response) -> true);
        long start = System.nanoTime();
        assertThat(cache.get("a").get()).isEqualTo(1);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        assertThatThrownBy(() -> cache.get("b").get()).hasCauseInstanceOf(TimeoutException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
        held.countDown();
    }

    @Test
    void serverFaultIsNotHiddenByAStaleEntry() throws Exception {
        AtomicBoolean fails = new AtomicBoolean();
        LookupCache<String, Integer> cache = new LookupCache<>(
                database,
                key -> {
                    if (fails.get()) {
                        throw new IllegalArgumentException("an unknown protocol");
                    }
                    return lookups.incrementAndGet();
                },
                response -> true);
        cache.get("a").get();
        fails.set(true);
        cache.markStaleIf((key, response) -> true);
        assertThatThrownBy(() -> cache.get("a").get()).hasRootCauseMessage("an unknown protocol");
    }

    @Test
    void onlyAFinishedLookupIsPresent() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        LookupCache<String, Integer> cache = cacheHeldBy(held);
        assertThat(cache.getIfPresent("a")).isEmpty();
        CompletableFuture<Integer> running = cache.get("a");
        assertThat(cache.getIfPresent("a")).isEmpty();
        held.countDown();
        running.get();
        assertThat(cache.getIfPresent("a")).contains(1);
        cache.invalidateAll();
        assertThat(cache.getIfPresent("a")).isEmpty();
        assertThat(cache.lookupCount()).isEqualTo(1);
    }

    @Test
    void replacedResultIsNeverServedAgain() throws Exception {
        AtomicBoolean down = new AtomicBoolean();
        LookupCache<String, Integer> cache = cacheThatFailsIf(down);
        cache.get("a").get();
        cache.markStaleIf((key, response) -> true);
        assertThat(cache.get("a").get()).isEqualTo(2);
        cache.invalidateIf((key, response) -> response == 2);
        down.set(true);
        assertThatThrownBy(() -> cache.get("a").get()).hasRootCauseMessage("connection refused");
    }

    @Test
    void staleEntryThatIsNotWrongStaysInUse() throws Exception {
        AtomicBoolean down = new AtomicBoolean();
        LookupCache<String, Integer> cache = cacheThatFailsIf(down);
        cache.get("a").get();
        cache.markStaleIf((key, response) -> true);
        cache.invalidateIf((key, response) -> key.equals("b"));
        down.set(true);
        assertThat(cache.get("a").get()).isEqualTo(1);
    }

    private LookupCache<String, Integer> cacheThatFailsIf(AtomicBoolean down) {
        return new LookupCache<>(
                database,
                key -> {
                    if (down.get()) {
                        throw new SQLException("connection refused", "08001");
                    }
                    return lookups.incrementAndGet();
                },
                response -> true);
    }

    private LookupCache<String, Integer> cacheHeldBy(CountDownLatch held) {
        return new LookupCache<>(
                database,
                key -> {
                    held.await();
                    return lookups.incrementAndGet();
                },
                response -> true);
    }
}
