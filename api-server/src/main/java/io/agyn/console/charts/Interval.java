package io.agyn.console.charts;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** How long the times are that figures are put together for, in UTC. */
public enum Interval {
    /** An hour. */
    HOUR(ChronoUnit.HOURS, List.of(1, 2, 3, 4, 6, 12, 24, 48), "d MMM HH:mm"),
    /** A day. */
    DAY(ChronoUnit.DAYS, List.of(1, 2, 4, 7, 14, 28, 56), "d MMM yyyy");

    private static final Duration HOURS_TO_SHOW = Duration.ofHours(49);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm");
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("d MMM", Locale.ENGLISH);

    private final ChronoUnit unit;
    private final List<Integer> steps;
    private final DateTimeFormatter name;

    Interval(ChronoUnit unit, List<Integer> steps, String name) {
        this.unit = unit;
        this.steps = steps;
        this.name = DateTimeFormatter.ofPattern(name, Locale.ENGLISH);
    }

    /** The one that shows a time best. */
    public static Interval between(OffsetDateTime from, OffsetDateTime to) {
        return Duration.between(from, to).compareTo(HOURS_TO_SHOW) <= 0 ? HOUR : DAY;
    }

    /** The one of a name in the contract. */
    public static Interval of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }

    /** Its name in the contract. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** When the one that holds a time begins. */
    public OffsetDateTime begin(OffsetDateTime time) {
        return time.withOffsetSameInstant(ZoneOffset.UTC).truncatedTo(unit);
    }

    /** The time that is some of them later. */
    public OffsetDateTime add(OffsetDateTime time, long count) {
        return time.plus(count, unit);
    }

    /** How many of them hold a time, up to its end and without it. */
    public long count(OffsetDateTime from, OffsetDateTime to) {
        OffsetDateTime last = begin(to.minusNanos(1));
        return unit.between(begin(from), last) + 1;
    }

    /** What one that begins at a time is called. */
    String name(OffsetDateTime begin) {
        return name.format(begin);
    }

    /** What stands below one on an axis. */
    String mark(OffsetDateTime begin) {
        return this == HOUR && begin.getHour() != 0 ? TIME.format(begin) : DATE.format(begin);
    }

    /** Whether one is marked on an axis whose marks are some of them apart: hours of the clock, and days from the last on. */
    boolean isMarked(OffsetDateTime begin, OffsetDateTime last, int step) {
        long place = this == HOUR ? begin.toEpochSecond() / 3_600 : unit.between(begin, last);
        return place % step == 0;
    }

    /** How far marks are apart of which there are no more than some. */
    int step(int count, int most) {
        return steps.stream()
                .filter(step -> Math.ceilDiv(count, step) <= most)
                .findFirst()
                .orElse(steps.getLast() * Math.ceilDiv(count, steps.getLast() * most));
    }
}
