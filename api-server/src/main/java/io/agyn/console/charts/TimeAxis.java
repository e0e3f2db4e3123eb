package io.agyn.console.charts;

import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** The hours or days that a chart is over. */
public final class TimeAxis {
    private static final int MOST_MARKS = 8;
    private static final int MOST_MARKS_WHERE_NARROW = 4;

    /**
     * A mark of the axis.
     *
     * @param x where it is, in percent
     * @param text what stands there
     * @param minor whether it is left out where there is little room
     */
    public record Mark(String x, String text, boolean minor) {}

    private final Interval interval;
    private final List<OffsetDateTime> begins;
    private final Map<OffsetDateTime, Integer> places = new HashMap<>();

    /** All hours or days that hold a time. */
    public TimeAxis(Interval interval, OffsetDateTime from, OffsetDateTime to) {
        this.interval = interval;
        OffsetDateTime first = interval.begin(from);
        this.begins = LongStream.range(0, interval.count(from, to))
                .mapToObj(i -> interval.add(first, i))
                .toList();
        for (int i = 0; i < begins.size(); i++) {
            places.put(begins.get(i), i);
        }
    }

    /** How many there are. */
    public int size() {
        return begins.size();
    }

    /** The place of the one that begins at a time, from 0 on. */
    public int place(OffsetDateTime begin) {
        return places.get(interval.begin(begin));
    }

    /** What the one at a place is called. */
    String name(int place) {
        return interval.name(begins.get(place));
    }

    /** What each of them is. */
    String each() {
        return interval.code();
    }

    List<Mark> marks() {
        int step = interval.step(size(), MOST_MARKS);
        int wide = interval.step(size(), MOST_MARKS_WHERE_NARROW);
        // The marks that stay where it is narrow are some of all.
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
