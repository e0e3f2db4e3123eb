package io.agyn.console.usage;

import io.agyn.console.charts.Interval;
import java.time.OffsetDateTime;

/** A period that ends now, in whole hours or days except the last one. */
public enum Range {
    DAY("24h", "24 hours", Interval.HOUR, 24),
    WEEK("7d", "7 days", Interval.DAY, 7),
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

    /** The name in the query. */
    public String code() {
        return code;
    }

    public String label() {
        return label;
    }

    OffsetDateTime begin(OffsetDateTime now) {
        return interval.add(interval.begin(now), 1L - count);
    }
}
