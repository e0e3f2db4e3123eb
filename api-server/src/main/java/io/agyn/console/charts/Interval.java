package io.agyn.console.charts;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** The interval of summed values, in UTC. */
public enum Interval {
    HOUR(ChronoUnit.HOURS, List.of(1, 2, 3, 4, 6, 12, 24, 48), "d MMM HH:mm"),
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

    /** The interval that fits a period. */
    public static Interval between(OffsetDateTime from, OffsetDateTime to) {
        return Duration.between(from, to).compareTo(HOURS_TO_SHOW) <= 0 ? HOUR : DAY;
    }

    /** The interval with this name in the contract. */
    public static Interval of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }

    /** The name in the contract. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The start of the interval that contains a time. */
    public OffsetDateTime begin(OffsetDateTime time) {
        return time.withOffsetSameInstant(ZoneOffset.UTC).truncatedTo(unit);
    }

    /** Adds a number of intervals. */
    public OffsetDateTime add(OffsetDateTime time, long count) {
        return time.plus(count, unit);
    }

    /** The number of intervals in a period; the end is exclusive. */
    public long count(OffsetDateTime from, OffsetDateTime to) {
        OffsetDateTime last = begin(to.minusNanos(1));
        return unit.between(begin(from), last) + 1;
    }

    /** The name of the interval that starts at a time. */
    String name(OffsetDateTime begin) {
        return name.format(begin);
    }

    /** The text of a tick. */
    String mark(OffsetDateTime begin) {
        return this == HOUR && begin.getHour() != 0 ? TIME.format(begin) : DATE.format(begin);
    }

    /** Whether an interval has a tick: multiples of the step for hours, counted back from the last one for days. */
    boolean isMarked(OffsetDateTime begin, OffsetDateTime last, int step) {
        long index = this == HOUR ? begin.toEpochSecond() / 3_600 : unit.between(begin, last);
        return index % step == 0;
    }

    /** The step between ticks for a maximum number of them. */
    int step(int count, int most) {
        return steps.stream()
                .filter(step -> Math.ceilDiv(count, step) <= most)
                .findFirst()
                .orElse(steps.getLast() * Math.ceilDiv(count, steps.getLast() * most));
    }
}
