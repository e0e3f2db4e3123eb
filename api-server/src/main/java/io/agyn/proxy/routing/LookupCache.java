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
import java.util.function.Predicate;

/**
 * What the database has answered: looked up once, by whoever asks first, and then known until it is forgotten or outdated.
 * An outdated answer is looked up again, and stands in for a new one while the database is unavailable. Failures are not
 * kept.
 *
 * @param <K> what is asked
 * @param <V> what is answered
 */
final class LookupCache<K, V> {
    /** For how long, at most, an outdated answer stands in for one that cannot be read. */
    static final Duration OUTDATED_FOR = Duration.ofMinutes(10);

    private static final int CAPACITY = 100_000;
    private static final Duration FOUND_FOR = Duration.ofDays(1);
    private static final Duration NOT_FOUND_FOR = Duration.ofSeconds(2);
    // How long to wait for the database, with and without an outdated answer to fall back on, and until it is asked
    // again.
    private static final Duration SHORT_PATIENCE = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration RETRY = Duration.ofSeconds(2);

    /** Asks the database. It may block. */
    interface LookUp<K, V> {
        V find(K key) throws Exception;
    }

    private final LookupExecutor lookUps;
    private final LookUp<K, V> lookUp;
    private final Predicate<V> isFound;
    private final AsyncCache<K, V> answers;
    private final Cache<K, Outdated<V>> outdated;
    private final LongAdder questions = new LongAdder();

    /**
     * Creates a memory that is empty.
     *
     * @param lookUps where the database is asked
     * @param lookUp asks the database
     * @param isFound tells an answer that is kept for long from one that says that there is nothing
     */
    LookupCache(LookupExecutor lookUps, LookUp<K, V> lookUp, Predicate<V> isFound) {
        this.lookUps = requireNonNull(lookUps, "lookUps is null");
        this.lookUp = requireNonNull(lookUp, "lookUp is null");
        this.isFound = requireNonNull(isFound, "isFound is null");
        this.answers = Caffeine.newBuilder()
                .maximumSize(CAPACITY)
                .expireAfter(Expiry.<K, V>writing((key, answer) -> isFound.test(answer) ? FOUND_FOR : NOT_FOUND_FOR))
                // Its upkeep is short, and each call would wake another thread for it.
                .executor(Runnable::run)
                .buildAsync();
        this.outdated = Caffeine.newBuilder()
                .maximumSize(CAPACITY)
                .expireAfterWrite(OUTDATED_FOR)
                .executor(Runnable::run)
                .build();
    }

    /** The answer, where it is known. */
    Optional<V> known(K key) {
        CompletableFuture<V> answer = answers.getIfPresent(key);
        return answer != null && answer.isDone() && !answer.isCompletedExceptionally()
                ? Optional.of(answer.join())
                : Optional.empty();
    }

    /** The answer; a failure where the database must be asked and does not answer in time, or is asked too much already. */
    CompletableFuture<V> get(K key) {
        CompletableFuture<V> known = answers.getIfPresent(key);
        if (known != null) {
            return known;
        }
        Outdated<V> before = outdated.getIfPresent(key);
        if (before != null && before.standsIn()) {
            return before.answer;
        }
        CompletableFuture<V> mine = new CompletableFuture<>();
        CompletableFuture<V> first = answers.asMap().putIfAbsent(key, mine);
        if (first != null) {
            return first;
        }
        // Only now that it can be forgotten: had it begun before, as with Caffeine's own loading, a change that it came
        // too early to see could pass by before there is anything to forget, and the answer would be kept.
        questions.increment();
        lookUps.ask(() -> lookUp.find(key), before == null ? PATIENCE : SHORT_PATIENCE)
                .whenComplete((answer, failure) -> {
                    if (failure == null) {
                        found(key, mine, answer);
                    } else {
                        fail(key, mine, failure);
                    }
                });
        return mine;
    }

    /** How many answers are known, about. */
    long size() {
        return answers.synchronous().estimatedSize();
    }

    /** How often the database was asked. */
    long questions() {
        return questions.sum();
    }

    /** Forgets what is wrong by now, and whatever is being looked up, since it may have been read before the change. */
    void forgetIf(BiPredicate<K, V> wrong) {
        // These first: what is being looked up falls back on them until it is forgotten itself.
        outdated.asMap()
                .entrySet()
                .removeIf(entry ->
                        wrong.test(entry.getKey(), entry.getValue().answer.join()));
        answers.asMap().forEach((key, answer) -> {
            if (!isKnown(answer) || wrong.test(key, answer.join())) {
                answers.asMap().remove(key, answer);
            }
        });
    }

    /** Has answers looked up again, and whatever is being looked up, since it may have been read before the change. */
    void outdateIf(BiPredicate<K, V> isOutdated) {
        answers.asMap().forEach((key, answer) -> {
            if (!isKnown(answer)) {
                answers.asMap().remove(key, answer);
            } else if (isOutdated.test(key, answer.join())) {
                if (isFound.test(answer.join())) {
                    outdated.put(key, new Outdated<>(answer));
                }
                answers.asMap().remove(key, answer);
            }
        });
    }

    /** Forgets everything, and whatever is being looked up. */
    void forgetAll() {
        forgetIf((key, answer) -> true);
    }

    private static boolean isKnown(CompletableFuture<?> answer) {
        return answer.isDone() && !answer.isCompletedExceptionally();
    }

    private void found(K key, CompletableFuture<V> mine, V answer) {
        if (answers.asMap().get(key) == mine) {
            outdated.invalidate(key);
        }
        mine.complete(answer);
    }

    private void fail(K key, CompletableFuture<V> mine, Throwable failure) {
        // Before whoever waits may ask again, and must not be given the same failure.
        answers.asMap().remove(key, mine);
        Outdated<V> before = outdated.getIfPresent(key);
        if (before != null && LookupExecutor.isUnavailable(failure)) {
            before.standInFor(RETRY);
            mine.complete(before.answer.join());
        } else {
            mine.completeExceptionally(failure);
        }
    }

    /** An answer that a change may have outdated. */
    private static final class Outdated<V> {
        private final CompletableFuture<V> answer;
        private volatile long until = System.nanoTime();

        private Outdated(CompletableFuture<V> answer) {
            this.answer = answer;
        }

        private boolean standsIn() {
            return System.nanoTime() - until < 0;
        }

        private void standInFor(Duration time) {
            until = System.nanoTime() + time.toNanos();
        }
    }
}
