package io.agyn.proxy.routing;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * What the database has answered: looked up once, by whoever asks first, and then known until it is forgotten. Failures are
 * not kept.
 *
 * @param <K> what is asked
 * @param <V> what is answered
 */
final class Memory<K, V> {
    private static final int CAPACITY = 100_000;

    /** Asks the database. It may block. */
    interface LookUp<K, V> {
        V find(K key) throws Exception;
    }

    private final LookUps lookUps;
    private final LookUp<K, V> lookUp;
    private final AsyncCache<K, V> answers;
    private final LongAdder questions = new LongAdder();

    /**
     * Creates a memory that is empty.
     *
     * @param lookUps where the database is asked
     * @param lookUp asks the database
     * @param keptFor how long an answer is known
     */
    Memory(LookUps lookUps, LookUp<K, V> lookUp, Function<V, Duration> keptFor) {
        this.lookUps = requireNonNull(lookUps, "lookUps is null");
        this.lookUp = requireNonNull(lookUp, "lookUp is null");
        this.answers = Caffeine.newBuilder()
                .maximumSize(CAPACITY)
                .expireAfter(Expiry.<K, V>writing((key, answer) -> keptFor.apply(answer)))
                // Its upkeep is short, and each call would wake another thread for it.
                .executor(Runnable::run)
                .buildAsync();
    }

    /** The answer, where it is known. */
    Optional<V> known(K key) {
        CompletableFuture<V> answer = answers.getIfPresent(key);
        return answer != null && answer.isDone() && !answer.isCompletedExceptionally()
                ? Optional.of(answer.join())
                : Optional.empty();
    }

    /** The answer; a failure where the database must be asked and does not answer, or is asked too much already. */
    CompletableFuture<V> get(K key) {
        CompletableFuture<V> known = answers.getIfPresent(key);
        if (known != null) {
            return known;
        }
        CompletableFuture<V> mine = new CompletableFuture<>();
        CompletableFuture<V> first = answers.asMap().putIfAbsent(key, mine);
        if (first != null) {
            return first;
        }
        // Only now that it can be forgotten: had it begun before, as with Caffeine's own loading, a change that it came
        // too early to see could pass by before there is anything to forget, and the answer would be kept.
        questions.increment();
        lookUps.run(() -> find(key, mine), refused -> fail(key, mine, refused));
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

    /** Forgets what is outdated, and whatever is being looked up, since it may have been read before the change. */
    void forgetIf(BiPredicate<K, V> outdated) {
        answers.asMap().forEach((key, answer) -> {
            if (!answer.isDone() || answer.isCompletedExceptionally() || outdated.test(key, answer.join())) {
                answers.asMap().remove(key, answer);
            }
        });
    }

    /** Forgets everything, and whatever is being looked up. */
    void forgetAll() {
        forgetIf((key, answer) -> true);
    }

    private void find(K key, CompletableFuture<V> answer) {
        try {
            answer.complete(lookUp.find(key));
        } catch (Throwable e) {
            fail(key, answer, e);
        }
    }

    private void fail(K key, CompletableFuture<V> answer, Throwable failure) {
        // Before whoever waits may ask again, and must not be given the same failure.
        answers.asMap().remove(key, answer);
        answer.completeExceptionally(failure);
    }
}
