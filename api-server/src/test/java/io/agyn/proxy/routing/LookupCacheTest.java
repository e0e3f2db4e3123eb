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
    void manyWhoAskAtOnceCauseOneLookUp() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        LookupCache<String, Integer> cache = new LookupCache<>(
                database,
                key -> {
                    held.await();
                    return lookups.incrementAndGet();
                },
                answer -> true);
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            answers.add(cache.get("a"));
        }
        held.countDown();
        for (CompletableFuture<Integer> answer : answers) {
            assertThat(answer.get()).isEqualTo(1);
        }
        assertThat(cache.get("a").get()).isEqualTo(1);
    }

    @Test
    void whatIsForgottenWhileItIsLookedUpIsLookedUpAgain() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        LookupCache<String, Integer> cache = new LookupCache<>(
                database,
                key -> {
                    int answer = lookups.incrementAndGet();
                    started.countDown();
                    held.await();
                    return answer;
                },
                answer -> true);
        CompletableFuture<Integer> before = cache.get("a");
        started.await();
        cache.invalidateIf((key, answer) -> false);
        CompletableFuture<Integer> after = cache.get("a");
        held.countDown();
        assertThat(before.get()).isEqualTo(1);
        assertThat(after.get()).isEqualTo(2);
        assertThat(cache.get("a").get()).isEqualTo(2);
    }

    @Test
    void onlyWhatIsOutdatedIsForgotten() throws Exception {
        LookupCache<String, Integer> cache =
                new LookupCache<>(database, key -> lookups.incrementAndGet(), answer -> true);
        cache.get("a").get();
        cache.get("b").get();
        cache.invalidateIf((key, answer) -> key.equals("a"));
        assertThat(cache.get("a").get()).isEqualTo(3);
        assertThat(cache.get("b").get()).isEqualTo(2);
        cache.invalidateAll();
        assertThat(cache.get("b").get()).isEqualTo(4);
    }

    @Test
    void aFailureIsNotKept() throws Exception {
        AtomicBoolean away = new AtomicBoolean(true);
        LookupCache<String, Integer> cache = new LookupCache<>(
                database,
                key -> {
                    if (away.get()) {
                        throw new SQLException("away");
                    }
                    return lookups.incrementAndGet();
                },
                answer -> true);
        for (int again = 1; again <= 1_000; again++) {
            away.set(true);
            assertThatThrownBy(() -> cache.get("a").get()).hasRootCauseMessage("away");
            away.set(false);
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
                answer -> true);
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            answers.add(cache.get(i));
        }
        List<CompletableFuture<Integer>> refused = answers.stream()
                .filter(CompletableFuture::isCompletedExceptionally)
                .toList();
        assertThat(refused).hasSizeBetween(1_900, 2_100).allSatisfy(answer -> assertThatThrownBy(answer::get)
                .hasCauseInstanceOf(RejectedExecutionException.class));
        held.countDown();
        for (CompletableFuture<Integer> answer : answers) {
            if (!refused.contains(answer)) {
                answer.get();
            }
        }
        assertThat(most).hasValue(3);
        assertThat(cache.get(2_999).get()).isEqualTo(2_999);
    }

    @Test
    void nobodyWaitsLongForADatabaseThatDoesNotAnswerOthers() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        LookupCache<String, String> cache = new LookupCache<>(
                new LookupExecutor(1, Duration.ofMillis(50)),
                key -> {
                    held.await();
                    return key;
                },
                answer -> true);
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
                new LookupCache<>(database, key -> lookups.incrementAndGet(), answer -> answer != 1);
        assertThat(cache.get("a").get()).isEqualTo(1);
        assertThat(cache.get("a").get()).isEqualTo(1);
        Thread.sleep(2_100);
        assertThat(cache.get("a").get()).isEqualTo(2);
        Thread.sleep(2_100);
        assertThat(cache.get("a").get()).isEqualTo(2);
    }

    /** A writer changes a value and invalidates it; later lookups must never return an older one. */
    @Test
    void noOldAnswerOutlivesItsChangeHoweverTheTwoFallTogether() throws Exception {
        AtomicInteger stored = new AtomicInteger();
        LookupCache<String, Integer> cache = new LookupCache<>(database, key -> stored.get(), answer -> true);
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
    void outdatedAnswerStandsInWhileTheDatabaseIsDown() throws Exception {
        AtomicBoolean down = new AtomicBoolean();
        LookupCache<String, Integer> cache = new LookupCache<>(
                database,
                key -> {
                    if (down.get()) {
                        throw new SQLException("connection refused", "08001");
                    }
                    return lookups.incrementAndGet();
                },
                answer -> true);
        cache.get("a").get();
        down.set(true);
        cache.markStaleIf((key, answer) -> true);
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
    void forgottenAnswerNeverComesBack() throws Exception {
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
                answer -> true);
        cache.get("a").get();
        down.set(true);
        cache.markStaleIf((key, answer) -> true);
        CompletableFuture<Integer> waiting = cache.get("a");
        asked.await();
        cache.invalidateIf((key, answer) -> answer == 1);
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
                answer -> true);
        cache.get("a").get();
        hangs.set(true);
        cache.markStaleIf((key, answer) -> true);
        long start = System.nanoTime();
        assertThat(cache.get("a").get()).isEqualTo(1);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        assertThatThrownBy(() -> cache.get("b").get()).hasCauseInstanceOf(TimeoutException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
        held.countDown();
    }

    @Test
    void faultOfTheServerIsNotHiddenByAnOutdatedAnswer() throws Exception {
        AtomicBoolean fails = new AtomicBoolean();
        LookupCache<String, Integer> cache = new LookupCache<>(
                database,
                key -> {
                    if (fails.get()) {
                        throw new IllegalArgumentException("an unknown protocol");
                    }
                    return lookups.incrementAndGet();
                },
                answer -> true);
        cache.get("a").get();
        fails.set(true);
        cache.markStaleIf((key, answer) -> true);
        assertThatThrownBy(() -> cache.get("a").get()).hasRootCauseMessage("an unknown protocol");
    }
}
