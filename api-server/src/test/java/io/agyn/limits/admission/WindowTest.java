package io.agyn.limits.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowTest {
    @ParameterizedTest
    @CsvSource({
        "DAY, UTC, 2026-12-01T13:00:00Z, 2026-12-01T00:00:00Z, 2026-12-02T00:00:00Z",
        "DAY, Europe/Berlin, 2026-12-01T23:30:00Z, 2026-12-01T23:00:00Z, 2026-12-02T23:00:00Z",
        // 25 hours, when summer time ends.
        "DAY, Europe/Berlin, 2026-10-25T12:00:00Z, 2026-10-24T22:00:00Z, 2026-10-25T23:00:00Z",
        // Midnight does not exist when summer time starts there.
        "DAY, America/Asuncion, 2024-10-06T12:00:00Z, 2024-10-06T04:00:00Z, 2024-10-07T03:00:00Z",
        "WEEK, UTC, 2026-12-06T23:59:59Z, 2026-11-30T00:00:00Z, 2026-12-07T00:00:00Z",
        "WEEK, UTC, 2026-12-07T00:00:00Z, 2026-12-07T00:00:00Z, 2026-12-14T00:00:00Z",
        "MONTH, Asia/Tokyo, 2026-11-30T15:00:00Z, 2026-11-30T15:00:00Z, 2026-12-31T15:00:00Z",
        "MONTH, UTC, 2028-02-29T10:00:00Z, 2028-02-01T00:00:00Z, 2028-03-01T00:00:00Z"
    })
    void calendarWindowStartsAndEndsInItsTimeZone(
            Window window, ZoneId zone, Instant time, Instant start, Instant end) {
        assertThat(window.start(time, zone)).isEqualTo(start);
        assertThat(window.end(time, zone)).isEqualTo(end);
    }

    @ParameterizedTest
    @CsvSource({"MINUTE, 60", "HOUR, 3600"})
    void bucketHasNoStart(Window window, long seconds) {
        ZoneId zone = ZoneId.of("UTC");
        assertThat(window.start(Instant.now(), zone)).isEqualTo(Instant.EPOCH);
        assertThat(window.end(Instant.now(), zone)).isEqualTo(Instant.MAX);
        assertThat(window.length()).hasSeconds(seconds);
    }
}
