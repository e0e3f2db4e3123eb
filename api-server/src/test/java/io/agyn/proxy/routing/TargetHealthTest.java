package io.agyn.proxy.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.proxy.routing.TargetHealth.Key;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class TargetHealthTest {
    private static final Key TARGET = new Key(UUID.randomUUID(), "\"gpt-4o\"");

    // Close to its overflow, which the time of a JVM may be.
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L);
    private final TargetHealth health = new TargetHealth(now::get);

    @Test
    void coolDownsDoubleUpToAMinute() {
        for (int seconds : new int[] {1, 2, 4, 8, 16, 32, 60, 60}) {
            health.onFailure(TARGET, null);
            pass(Duration.ofSeconds(seconds).minusMillis(1));
            assertThat(health.use(TARGET)).isFalse();
            assertThat(health.cooling()).isEqualTo(1);
            pass(Duration.ofMillis(1));
            assertThat(health.cooling()).isZero();
            assertThat(health.use(TARGET)).isTrue();
        }
    }

    @Test
    void retryAfterIsObeyedUpToAMinute() {
        health.onFailure(TARGET, Duration.ofSeconds(5));
        pass(Duration.ofMillis(4_999));
        assertThat(health.use(TARGET)).isFalse();
        pass(Duration.ofMillis(1));
        assertThat(health.use(TARGET)).isTrue();
        health.onFailure(TARGET, Duration.ofHours(1));
        pass(Duration.ofSeconds(60));
        assertThat(health.use(TARGET)).isTrue();
    }

    @Test
    void oneCallAtATimeProbes() {
        health.onFailure(TARGET, null);
        pass(Duration.ofSeconds(1));
        assertThat(health.use(TARGET)).isTrue();
        assertThat(health.use(TARGET)).isFalse();
        health.onNoVerdict(TARGET);
        assertThat(health.use(TARGET)).isTrue();
        health.onSuccess(TARGET);
        assertThat(health.use(TARGET)).isTrue();
        assertThat(health.use(TARGET)).isTrue();
        assertThat(health.isQuiet()).isTrue();
    }

    @Test
    void concurrentFailuresCountOnce() {
        for (int i = 0; i < 100; i++) {
            health.onFailure(TARGET, null);
        }
        pass(Duration.ofSeconds(1));
        assertThat(health.use(TARGET)).isTrue();
    }

    @Test
    void targetWithoutCallsIsForgotten() {
        health.onFailure(TARGET, null);
        health.removeOld();
        assertThat(health.isQuiet()).isFalse();
        pass(Duration.ofMinutes(11));
        health.removeOld();
        assertThat(health.isQuiet()).isTrue();
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }
}
