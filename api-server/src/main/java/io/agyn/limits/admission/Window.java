package io.agyn.limits.admission;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;

/**
 * The time after which the amount of a limit is available again: a token bucket that refills evenly, or a calendar window
 * in a time zone.
 */
public enum Window {
    MINUTE(Duration.ofMinutes(1)),
    HOUR(Duration.ofHours(1)),
    DAY(Duration.ofDays(1)),
    /** Starts on Monday. */
    WEEK(Duration.ofDays(7)),
    /** At most 31 days. */
    MONTH(Duration.ofDays(31));

    private final Duration length;

    Window(Duration length) {
        this.length = length;
    }

    /** Returns the window of the contract's name, such as {@code day}. */
    public static Window of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** Whether the amount refills continuously. */
    public boolean isBucket() {
        return this == MINUTE || this == HOUR;
    }

    /** The nominal length; calendar windows may be an hour longer or shorter, and months up to three days shorter. */
    public Duration length() {
        return length;
    }

    /** The start of the calendar window of a time; the epoch for a bucket. */
    public Instant start(Instant time, ZoneId zone) {
        return isBucket() ? Instant.EPOCH : first(time, zone).atStartOfDay(zone).toInstant();
    }

    /** The end of the calendar window of a time; {@link Instant#MAX} for a bucket. */
    public Instant end(Instant time, ZoneId zone) {
        LocalDate first = first(time, zone);
        return switch (this) {
            case MINUTE, HOUR -> Instant.MAX;
            case DAY -> first.plusDays(1).atStartOfDay(zone).toInstant();
            case WEEK -> first.plusWeeks(1).atStartOfDay(zone).toInstant();
            case MONTH -> first.plusMonths(1).atStartOfDay(zone).toInstant();
        };
    }

    /** Returns a stored time zone; UTC for one that only newer servers know. */
    public static ZoneId zone(String name) {
        try {
            return ZoneId.of(name);
        } catch (DateTimeException e) {
            return ZoneOffset.UTC;
        }
    }

    private LocalDate first(Instant time, ZoneId zone) {
        LocalDate day = time.atZone(zone).toLocalDate();
        return switch (this) {
            case MINUTE, HOUR, DAY -> day;
            case WEEK -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case MONTH -> day.withDayOfMonth(1);
        };
    }

    /** The name in the contract and in messages. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
