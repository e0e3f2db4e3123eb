package io.agyn.console.charts;

import static java.util.Objects.requireNonNull;

import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** The time axis of a chart. A position is the index of an hour or day. */
public final class TimeAxis {
    private static final int MOST_MARKS = 8;
    private static final int MOST_MARKS_WHERE_NARROW = 4;

    /**
     * A tick of the horizontal axis.
     *
     * @param x in percent
     * @param minor whether narrow screens omit it
     */
    public record Mark(String x, String text, boolean minor) {}

    private final Interval interval;
    private final List<OffsetDateTime> begins;
    private final Map<OffsetDateTime, Integer> indexes = new HashMap<>();

    public TimeAxis(Interval interval, OffsetDateTime from, OffsetDateTime to) {
        this.interval = interval;
        OffsetDateTime first = interval.begin(from);
        this.begins = LongStream.range(0, interval.count(from, to))
                .mapToObj(i -> interval.add(first, i))
                .toList();
        for (int i = 0; i < begins.size(); i++) {
            indexes.put(begins.get(i), i);
        }
    }

    /** The number of positions. */
    public int size() {
        return begins.size();
    }

    /** The position of the interval that starts at a time. */
    public int index(OffsetDateTime begin) {
        return requireNonNull(indexes.get(interval.begin(begin)), "begin is outside of the axis");
    }

    /** The name of the interval at a position. */
    String name(int index) {
        return interval.name(begins.get(index));
    }

    String each() {
        return interval.code();
    }

    List<Mark> marks() {
        int step = interval.step(size(), MOST_MARKS);
        int wide = interval.step(size(), MOST_MARKS_WHERE_NARROW);
        // Narrow screens show a subset of the ticks.
        int narrow = wide % step == 0 ? wide : step * 2;
        List<Mark> marks = new ArrayList<>();
        for (int i = 0; i < size(); i++) {
            OffsetDateTime begin = begins.get(i);
            if (interval.isMarked(begin, begins.getLast(), step)) {
                marks.add(new Mark(
                        Unit.plain((i + 0.5) / size() * 100),
                        interval.mark(begin),
                        !interval.isMarked(begin, begins.getLast(), narrow)));
            }
        }
        return marks;
    }
}
