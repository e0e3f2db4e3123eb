package io.agyn.proxy.routing;

import io.agyn.database.DatabaseFailures;
import io.agyn.oidc.IdentityProviderException;
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
 * Runs calls' database lookups off the event loops. Few run at once, so that unknown tokens and models cannot take
 * all connections from the rest of the server, and queued lookups time out.
 */
@Singleton
public class LookupExecutor {
    private static final int MAX_QUEUED = 1_000;
    private static final Duration QUEUE_TIMEOUT = Duration.ofSeconds(5);
    private static final long IDLE_SECONDS = 10;

    private final Executor threads;
    private final long queueTimeout;

    @Inject
    LookupExecutor(Settings settings) {
        this(Math.max(1, settings.database().poolSize() / 2), QUEUE_TIMEOUT);
    }

    LookupExecutor(int concurrency, Duration queueTimeout) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                concurrency,
                concurrency,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAX_QUEUED),
                Thread.ofVirtual().name("proxy-look-up-", 1).factory());
        pool.allowCoreThreadTimeOut(true);
        this.threads = pool;
        this.queueTimeout = queueTimeout.toNanos();
    }

    /**
     * Runs a lookup when it is its turn, within a time limit.
     *
     * @param lookup queries the database; it may block
     * @param limit how long to wait, including the time in the queue
     * @return the result, or the failure
     */
    public <T> CompletableFuture<T> submit(Callable<T> lookup, Duration limit) {
        CompletableFuture<T> result = new CompletableFuture<>();
        result.orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS);
        run(
                () -> {
                    try {
                        result.complete(lookup.call());
                    } catch (Throwable e) {
                        result.completeExceptionally(e);
                    }
                },
                result::completeExceptionally);
        return result;
    }

    /**
     * Runs a lookup when it is its turn.
     *
     * @param lookup queries the database; it may block, and handles its failures
     * @param rejected called instead, at once if the queue is full, or later if the lookup was queued for too long,
     *     for example while the database is unavailable
     */
    void run(Runnable lookup, Consumer<RejectedExecutionException> rejected) {
        long submitted = System.nanoTime();
        try {
            threads.execute(() -> {
                if (System.nanoTime() - submitted > queueTimeout) {
                    rejected.accept(
                            new RejectedExecutionException("Other lookups have waited too long for the database"));
                } else {
                    lookup.run();
                }
            });
        } catch (RejectedExecutionException e) {
            rejected.accept(new RejectedExecutionException("Too many lookups wait for the database", e));
        }
    }

    /**
     * Whether a lookup failed because the database, or for access tokens the identity provider, is unavailable or too slow, and not by a fault of this server.
     *
     * @param failure the future's failure
     */
    public static boolean isUnavailable(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof RejectedExecutionException
                || cause instanceof TimeoutException
                || cause instanceof IdentityProviderException
                || DatabaseFailures.isUnavailable(cause);
    }
}
