package io.agyn.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class RateLimitTest {
    // A second before the value overflows.
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1_000_000_000);
    // A request per second; 300 at once.
    private final RateLimit<String> limit = new RateLimit<>(60, clock::get);

    @Test
    void requestsOfFiveMinutesAreAllowedAtOnce() {
        assertThat(allowed("a", 400)).isEqualTo(300);
        assertThat(limit.take("a")).contains(Duration.ofSeconds(1));
        assertThat(limit.take("b")).as("another key").isEmpty();
    }

    @Test
    void bucketIsRefilledAtTheRate() {
        allowed("a", 300);
        clock.addAndGet(Duration.ofSeconds(7).toNanos());
        assertThat(allowed("a", 400)).isEqualTo(7);
        clock.addAndGet(Duration.ofHours(1).toNanos());
        assertThat(allowed("a", 400)).as("not more than the bucket holds").isEqualTo(300);
    }

    @Test
    void rejectedRequestsCostNothing() {
        allowed("a", 1_000);
        clock.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(limit.take("a")).isEmpty();
    }

    @Test
    void zeroIsNoLimit() {
        RateLimit<String> none = new RateLimit<>(0, clock::get);
        for (int i = 0; i < 1_000; i++) {
            assertThat(none.take("a")).isEmpty();
        }
        assertThat(none.size()).isZero();
    }

    @Test
    void concurrentRequestsAreCountedOnce() throws Exception {
        AtomicInteger count = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        for (int i = 0; i < 8; i++) {
            threads.execute(() -> count.addAndGet(allowed("a", 100)));
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(count).hasValue(300);
    }

    @Test
    void inventedKeysDoNotFillTheMemory() {
        for (int i = 0; i < RateLimit.MAX_KEYS + 10_000; i++) {
            limit.take("key " + i);
        }
        assertThat(limit.size()).isLessThanOrEqualTo(RateLimit.MAX_KEYS);
    }

    private int allowed(String key, int requests) {
        int allowed = 0;
        for (int i = 0; i < requests; i++) {
            if (limit.take(key).isEmpty()) {
                allowed++;
            }
        }
        return allowed;
    }
}
