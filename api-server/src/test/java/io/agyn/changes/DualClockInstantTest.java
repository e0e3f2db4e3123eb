package io.agyn.changes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DualClockInstantTest {
    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void isAsLongAgoWhereTheClockWasSetBackSince() {
        DualClockInstant anHourAgo =
                new DualClockInstant(Instant.now().plus(Duration.ofDays(1)), System.nanoTime() - HOUR.toNanos());

        assertThat(anHourAgo.age()).isBetween(HOUR, HOUR.plusMinutes(1));
    }

    @Test
    void isAsLongAgoWhereTheMachineSleptSince() {
        DualClockInstant anHourAgo = new DualClockInstant(Instant.now().minus(HOUR), System.nanoTime());

        assertThat(anHourAgo.age()).isBetween(HOUR, HOUR.plusMinutes(1));
    }
}
