package io.agyn.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {
    private static final int TOTAL = 1000;

    private final UUID token = UUID.randomUUID();
    private final ByteBudget budget = new ByteBudget(TOTAL, 100);

    @Test
    void tokenHasAQuarterOfTheBudget() {
        ByteBudget.Lease first = budget.lease(token, "192.0.2.1");
        ByteBudget.Lease second = budget.lease(token, "192.0.2.2");
        first.take(250);
        assertThat(first.isExhausted()).isFalse();
        second.take(1);
        assertThat(first.isExhausted()).isTrue();
        assertThat(second.isExhausted()).isTrue();
        assertThat(budget.lease(UUID.randomUUID(), "192.0.2.1").isExhausted()).isFalse();
        second.release();
        assertThat(first.isExhausted()).isFalse();
    }

    @Test
    void addressHasHalfOfTheBudgetWithAllItsTokens() {
        for (int i = 0; i < 3; i++) {
            budget.lease(UUID.randomUUID(), "192.0.2.1").take(200);
        }
        assertThat(budget.lease(UUID.randomUUID(), "192.0.2.1").isExhausted()).isTrue();
        assertThat(budget.lease(null, "192.0.2.1").isExhausted()).isTrue();
        assertThat(budget.lease(UUID.randomUUID(), "192.0.2.2").isExhausted()).isFalse();
    }

    @Test
    void allTogetherHaveTheBudget() {
        for (int i = 0; i < 6; i++) {
            budget.lease(UUID.randomUUID(), "192.0.2." + i).take(200);
        }
        assertThat(budget.lease(token, "198.51.100.1").isExhausted()).isTrue();
    }

    @Test
    void largestBodyFitsIntoTheShareOfAToken() {
        ByteBudget tight = new ByteBudget(TOTAL, 900);
        ByteBudget.Lease lease = tight.lease(token, "192.0.2.1");
        lease.take(900);
        assertThat(lease.isExhausted()).isFalse();
    }

    @Test
    void releaseIsLimitedToTheTakenBytes() {
        ByteBudget.Lease lease = budget.lease(token, "192.0.2.1");
        lease.take(300);
        lease.release(100);
        assertThat(budget.used()).isEqualTo(200);
        lease.release(500);
        lease.release();
        lease.release();
        assertThat(budget.used()).isZero();
        assertThat(lease.isExhausted()).isFalse();
    }
}
