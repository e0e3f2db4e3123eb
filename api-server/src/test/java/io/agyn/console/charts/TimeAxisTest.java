package io.agyn.console.charts;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.console.charts.TimeAxis.Mark;
import java.time.OffsetDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimeAxisTest {
    @Test
    void hoursOfAPeriodAreWhole() {
        TimeAxis axis = axis(Interval.HOUR, "2026-03-01T10:59:59Z", "2026-03-01T12:00:00Z");
        assertThat(axis.size()).isEqualTo(2);
        assertThat(axis.index(OffsetDateTime.parse("2026-03-01T11:00:00Z"))).isEqualTo(1);
        assertThat(axis.index(OffsetDateTime.parse("2026-03-01T12:30:00+01:00")))
                .isEqualTo(1);
        assertThat(axis.name(0)).isEqualTo("1 Mar 10:00");
        assertThat(axis(Interval.HOUR, "2026-03-01T10:59:59Z", "2026-03-01T12:00:00.000001Z")
                        .size())
                .isEqualTo(3);
    }

    @Test
    void ticksOfADayAreHoursAndDatesAtMidnight() {
        List<Mark> marks = axis(Interval.HOUR, "2026-03-01T11:00:00Z", "2026-03-02T10:42:00Z")
                .marks();
        assertThat(marks)
                .extracting(Mark::text)
                .containsExactly("12:00", "15:00", "18:00", "21:00", "2 Mar", "03:00", "06:00", "09:00");
        assertThat(marks)
                .filteredOn(mark -> !mark.minor())
                .extracting(Mark::text)
                .containsExactly("12:00", "18:00", "2 Mar", "06:00");
        assertThat(marks.getFirst().x()).isEqualTo("6.25");
    }

    @Test
    void ticksOfDaysCountBackFromTheLast() {
        List<Mark> marks = axis(Interval.DAY, "2026-02-01T00:00:00Z", "2026-03-02T10:42:00Z")
                .marks();
        assertThat(marks)
                .extracting(Mark::text)
                .containsExactly("2 Feb", "6 Feb", "10 Feb", "14 Feb", "18 Feb", "22 Feb", "26 Feb", "2 Mar");
        assertThat(axis(Interval.DAY, "2026-02-24T00:00:00Z", "2026-03-02T10:42:00Z")
                        .marks())
                .hasSize(7);
    }

    @Test
    void ticksDoNotOverlapInLongPeriods() {
        for (int days = 1; days < 200; days++) {
            OffsetDateTime to = OffsetDateTime.parse("2026-03-02T10:42:00Z");
            for (Interval interval : Interval.values()) {
                List<Mark> marks = new TimeAxis(interval, to.minusDays(days), to).marks();
                assertThat(marks).as("%d days by %s", days, interval).hasSizeBetween(1, 8);
                assertThat(marks).filteredOn(mark -> !mark.minor()).hasSizeBetween(1, 4);
            }
        }
    }

    @Test
    void intervalFitsThePeriod() {
        OffsetDateTime to = OffsetDateTime.parse("2026-03-02T10:42:00Z");
        assertThat(Interval.between(to.minusHours(24), to)).isEqualTo(Interval.HOUR);
        assertThat(Interval.between(to.minusHours(48), to)).isEqualTo(Interval.HOUR);
        assertThat(Interval.between(to.minusDays(3), to)).isEqualTo(Interval.DAY);
    }

    private static TimeAxis axis(Interval interval, String from, String to) {
        return new TimeAxis(interval, OffsetDateTime.parse(from), OffsetDateTime.parse(to));
    }
}
