package io.agyn.proxy.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class LookupExecutorTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    @Test
    void lookupReturnsItsResultOrFailure() {
        LookupExecutor lookups = new LookupExecutor(1, LONG);
        assertThat(lookups.submit(() -> "found", LONG).join()).isEqualTo("found");
        assertThatThrownBy(() -> lookups.submit(
                                () -> {
                                    throw new SQLException("broken");
                                },
                                LONG)
                        .join())
                .hasRootCauseMessage("broken");
    }

    @Test
    void slowLookupTimesOut() {
        CountDownLatch held = new CountDownLatch(1);
        CompletableFuture<Object> result = new LookupExecutor(1, LONG)
                .submit(
                        () -> {
                            held.await();
                            return "late";
                        },
                        Duration.ofMillis(50));
        assertThatThrownBy(() -> result.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(TimeoutException.class);
        held.countDown();
    }

    @Test
    void lookupThatWaitedTooLongIsRejected() throws Exception {
        LookupExecutor lookups = new LookupExecutor(1, Duration.ofMillis(50));
        CountDownLatch held = new CountDownLatch(1);
        CompletableFuture<Object> first = lookups.submit(
                () -> {
                    held.await();
                    return "first";
                },
                LONG);
        CompletableFuture<Throwable> rejected = new CompletableFuture<>();
        lookups.run(() -> rejected.complete(null), rejected::complete);
        Thread.sleep(100);
        held.countDown();

        assertThat(first.join()).isEqualTo("first");
        assertThat(rejected.get(5, TimeUnit.SECONDS))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("waited too long");
    }

    @Test
    void onlyTheDatabaseAndItsQueueMakeALookupUnavailable() {
        SQLException refused = new SQLException("connection refused", "08001");
        assertThat(LookupExecutor.isUnavailable(refused)).isTrue();
        assertThat(LookupExecutor.isUnavailable(new CompletionException(refused)))
                .isTrue();
        assertThat(LookupExecutor.isUnavailable(new RejectedExecutionException()))
                .isTrue();
        assertThat(LookupExecutor.isUnavailable(new TimeoutException())).isTrue();
        assertThat(LookupExecutor.isUnavailable(new CompletionException(new TimeoutException())))
                .isTrue();

        assertThat(LookupExecutor.isUnavailable(new CompletionException("no cause", null)))
                .isFalse();
        assertThat(LookupExecutor.isUnavailable(new IllegalStateException("a fault")))
                .isFalse();
        assertThat(LookupExecutor.isUnavailable(new SQLException("syntax error", "42601")))
                .isFalse();
    }
}
