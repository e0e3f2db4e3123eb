package io.agyn.console.usage;

import io.agyn.console.charts.Interval;
import java.time.OffsetDateTime;

/** A time that ends now, and whose hours or days are whole but for the last one. */
public enum Range {
    /** The last 24 hours. */
    DAY("24h", "24 hours", Interval.HOUR, 24),
    /** The last 7 days. */
    WEEK("7d", "7 days", Interval.DAY, 7),
    /** The last 30 days. */
    MONTH("30d", "30 days", Interval.DAY, 30);

    private final String code;
    private final String label;
    private final Interval interval;
    private final int count;

    Range(String code, String label, Interval interval, int count) {
        this.code = code;
        this.label = label;
        this.interval = interval;
        this.count = count;
    }

    static Range of(String code) {
        for (Range range : values()) {
            if (range.code.equals(code)) {
                return range;
            }
        }
        throw new IllegalArgumentException(code);
    }

    /** Its name in addresses. */
    public String code() {
        return code;
    }

    /** What people read. */
    public String label() {
        return label;
    }

    OffsetDateTime begin(OffsetDateTime now) {
        return interval.add(interval.begin(now), 1L - count);
    }
}
