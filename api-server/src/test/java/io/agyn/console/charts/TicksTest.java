package io.agyn.console.charts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TicksTest {
    @ParameterizedTest
    @CsvSource({
        "0, 1, 1",
        "1, 1, 1",
        "3, 1, 3",
        "4, 1, 4",
        "5, 2, 6",
        "17, 5, 20",
        "20, 5, 20",
        "21, 10, 30",
        "99, 50, 100",
        "101, 50, 150",
        "1234, 500, 1500",
        "8000000, 2000000, 8000000",
        "8000001, 5000000, 10000000",
    })
    void ticksAreRoundAndReachTheGreatestValue(double greatest, double step, double top) {
        Ticks ticks = Ticks.reaching(greatest, 4, 1);
        assertThat(ticks.step()).isEqualTo(step);
        assertThat(ticks.top()).isEqualTo(top);
        assertThat(ticks.values()).hasSizeBetween(2, 5).startsWith(0.0).endsWith(top);
    }

    @Test
    void fractionsHaveFinerTicks() {
        assertThat(Ticks.reaching(0.7, 4, 0.1).values()).hasSize(5).endsWith(0.8);
        assertThat(Ticks.reaching(0.3, 4, 0.1).top()).isCloseTo(0.3, org.assertj.core.data.Offset.offset(1e-9));
    }
}
