package io.agyn.proxy.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MemoryTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final AtomicInteger lookUps = new AtomicInteger();
    private final LookUps database = new LookUps(10, LONG);

    @Test
    void manyWhoAskAtOnceCauseOneLookUp() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        Memory<String, Integer> memory = new Memory<>(
                database,
                key -> {
                    held.await();
                    return lookUps.incrementAndGet();
                },
                answer -> LONG);
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            answers.add(memory.get("a"));
        }
        held.countDown();
        for (CompletableFuture<Integer> answer : answers) {
            assertThat(answer.get()).isEqualTo(1);
        }
        assertThat(memory.get("a").get()).isEqualTo(1);
    }

    @Test
    void whatIsForgottenWhileItIsLookedUpIsLookedUpAgain() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        Memory<String, Integer> memory = new Memory<>(
                database,
                key -> {
                    int answer = lookUps.incrementAndGet();
                    started.countDown();
                    held.await();
                    return answer;
                },
                answer -> LONG);
        CompletableFuture<Integer> before = memory.get("a");
        started.await();
        memory.forgetIf((key, answer) -> false);
        CompletableFuture<Integer> after = memory.get("a");
        held.countDown();
        assertThat(before.get()).isEqualTo(1);
        assertThat(after.get()).isEqualTo(2);
        assertThat(memory.get("a").get()).isEqualTo(2);
    }

    @Test
    void onlyWhatIsOutdatedIsForgotten() throws Exception {
        Memory<String, Integer> memory = new Memory<>(database, key -> lookUps.incrementAndGet(), answer -> LONG);
        memory.get("a").get();
        memory.get("b").get();
        memory.forgetIf((key, answer) -> key.equals("a"));
        assertThat(memory.get("a").get()).isEqualTo(3);
        assertThat(memory.get("b").get()).isEqualTo(2);
        memory.forgetAll();
        assertThat(memory.get("b").get()).isEqualTo(4);
    }

    @Test
    void aFailureIsNotKept() throws Exception {
        AtomicBoolean away = new AtomicBoolean(true);
        Memory<String, Integer> memory = new Memory<>(
                database,
                key -> {
                    if (away.get()) {
                        throw new java.sql.SQLException("away");
                    }
                    return lookUps.incrementAndGet();
                },
                answer -> LONG);
        for (int again = 1; again <= 1_000; again++) {
            away.set(true);
            assertThatThrownBy(() -> memory.get("a").get()).hasRootCauseMessage("away");
            away.set(false);
            assertThat(memory.get("a").get()).isEqualTo(again);
            memory.forgetAll();
        }
    }

    @Test
    void whoeverAsksForMuchThatIsNotKnownIsRefusedRatherThanServedByAllConnections() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        AtomicInteger atOnce = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Memory<Integer, Integer> memory = new Memory<>(
                new LookUps(3, LONG),
                key -> {
                    most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                    held.await();
                    atOnce.decrementAndGet();
                    return key;
                },
                answer -> LONG);
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            answers.add(memory.get(i));
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
        assertThat(memory.get(2_999).get()).isEqualTo(2_999);
    }

    @Test
    void nobodyWaitsLongForADatabaseThatDoesNotAnswerOthers() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        Memory<String, String> memory = new Memory<>(
                new LookUps(1, Duration.ofMillis(50)),
                key -> {
                    held.await();
                    return key;
                },
                answer -> LONG);
        CompletableFuture<String> first = memory.get("a");
        CompletableFuture<String> second = memory.get("b");
        Thread.sleep(100);
        held.countDown();
        assertThat(first.get()).isEqualTo("a");
        assertThatThrownBy(second::get).hasCauseInstanceOf(RejectedExecutionException.class);
        assertThat(memory.get("b").get()).isEqualTo("b");
    }

    @Test
    void anAnswerIsKeptForItsTime() throws Exception {
        Memory<String, Integer> memory = new Memory<>(
                database, key -> lookUps.incrementAndGet(), answer -> answer == 1 ? Duration.ofMillis(50) : LONG);
        assertThat(memory.get("a").get()).isEqualTo(1);
        Thread.sleep(100);
        assertThat(memory.get("a").get()).isEqualTo(2);
        Thread.sleep(100);
        assertThat(memory.get("a").get()).isEqualTo(2);
    }

    /** A writer changes a value and then says so; whoever asks after that must never get an older one. */
    @Test
    void noOldAnswerOutlivesItsChangeHoweverTheTwoFallTogether() throws Exception {
        AtomicInteger stored = new AtomicInteger();
        Memory<String, Integer> memory = new Memory<>(database, key -> stored.get(), answer -> LONG);
        AtomicBoolean done = new AtomicBoolean();
        List<Thread> askers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            askers.add(Thread.ofPlatform().start(() -> {
                while (!done.get()) {
                    memory.get("a").join();
                }
            }));
        }
        Random random = new Random(1);
        try {
            for (int value = 1; value <= 20_000; value++) {
                stored.set(value);
                memory.forgetAll();
                assertThat(memory.get("a").get()).isGreaterThanOrEqualTo(value);
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
}
