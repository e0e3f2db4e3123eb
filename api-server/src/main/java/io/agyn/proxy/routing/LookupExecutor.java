package io.agyn.proxy.routing;

import io.agyn.postgres.DatabaseFailures;
import io.agyn.settings.Settings;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Where the database is asked for what calls need, off the event loops: few questions at once, so that whoever sends tokens
 * and models that nobody knows leaves connections to the rest of the server, and none that waits for long.
 */
@Singleton
public class LookupExecutor {
    private static final int WAITING = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long IDLE_SECONDS = 10;

    private final Executor threads;
    private final long patience;

    @Inject
    LookupExecutor(Settings settings) {
        this(Math.max(1, settings.database().poolSize() / 2), PATIENCE);
    }

    LookupExecutor(int atOnce, Duration patience) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                atOnce,
                atOnce,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(WAITING),
                Thread.ofVirtual().name("proxy-look-up-", 1).factory());
        pool.allowCoreThreadTimeOut(true);
        this.threads = pool;
        this.patience = patience.toNanos();
    }

    /**
     * Asks when it is the question's turn, and waits no longer than a given time for the answer.
     *
     * @param question asks the database; it may block
     * @param limit how long to wait, the wait for its turn included
     * @return the answer, or the failure
     */
    <T> CompletableFuture<T> ask(Callable<T> question, Duration limit) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        answer.orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS);
        run(
                () -> {
                    try {
                        answer.complete(question.call());
                    } catch (Throwable e) {
                        answer.completeExceptionally(e);
                    }
                },
                answer::completeExceptionally);
        return answer;
    }

    /**
     * Asks when it is the question's turn.
     *
     * @param question asks the database; it may block, and fails by itself where the database does not answer
     * @param refused called instead, at once where too many questions wait, or later where this one has waited for too long,
     *     as when the database is away
     */
    void run(Runnable question, Consumer<RejectedExecutionException> refused) {
        long asked = System.nanoTime();
        try {
            threads.execute(() -> {
                if (System.nanoTime() - asked > patience) {
                    refused.accept(new RejectedExecutionException("The database has not answered others in time"));
                } else {
                    question.run();
                }
            });
        } catch (RejectedExecutionException e) {
            refused.accept(new RejectedExecutionException("Too many wait for the database", e));
        }
    }

    /**
     * Whether a question has failed because the database is unavailable or too slow, and not by a fault of this server.
     *
     * @param failure how its future was completed
     */
    public static boolean isUnavailable(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof RejectedExecutionException
                || cause instanceof TimeoutException
                || DatabaseFailures.isUnavailable(cause);
    }
}
