package io.agyn.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.DefaultEventExecutor;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EventLoopsTest {
    private final DefaultEventExecutor one = new DefaultEventExecutor();
    private final DefaultEventExecutor other = new DefaultEventExecutor();
    private final AtomicLong clock = new AtomicLong();
    private final EventLoops loops = new EventLoops(List.of(one, other), clock::get);

    @AfterEach
    void stop() {
        one.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        other.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }

    @Test
    void loopsThatRunTasksAreAlive() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(loops.failed()).isEmpty();
            one.submit(() -> {}).get();
            other.submit(() -> {}).get();
            clock.addAndGet(EventLoops.LIMIT.toNanos() * 2);
        }
    }

    @Test
    void deadLoopFails() {
        other.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
        assertThat(loops.failed()).containsExactly(1);
    }

    @Test
    void blockedLoopFailsUntilItRunsTasksAgain() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        one.execute(() -> {
            try {
                held.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(loops.failed()).isEmpty();
        other.submit(() -> {}).get();
        clock.addAndGet(EventLoops.LIMIT.toNanos() + 1);
        assertThat(loops.failed()).containsExactly(0);
        held.countDown();
        one.submit(() -> {}).get();
        assertThat(loops.failed()).isEmpty();
    }
}
