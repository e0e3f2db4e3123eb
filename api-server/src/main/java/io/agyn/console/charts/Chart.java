package io.agyn.console.charts;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A chart over time, as it is written down by the tag {@code chart}, and the table of the same figures. */
public final class Chart {
    private static final int HEIGHT = 180;
    private static final int MOST_STEPS = 5;
    // More places are too close to each other for points of a line, and to be pointed at.
    private static final int MOST_APART = 49;
    private static final String NONE = "–";

    /** How values are drawn. */
    public enum Kind {
        /** As bars, each series on the one before. */
        STACKED,
        /** As a line for each series. */
        LINES
    }

    /**
     * A mark of the axis upwards.
     *
     * @param y how many pixels it is below the upper edge
     * @param text what stands there
     */
    public record Level(String y, String text) {}

    /**
     * What is drawn of a series.
     *
     * @param tone the class of its colour
     * @param kind {@code bars}, {@code line} or {@code points}
     * @param path where it is
     */
    public record Shape(String tone, String kind, String path) {}

    /**
     * What is told of a place of the axis when it is pointed at.
     *
     * @param x where it begins, in percent
     * @param width how wide it is, in percent
     * @param text what it says
     */
    public record Spot(String x, String width, String text) {}

    /**
     * A row of the table.
     *
     * @param when the hour or the day
     * @param values a text for each series
     */
    public record Row(String when, List<String> values) {}

    /**
     * An entry of the legend.
     *
     * @param tone the class of its colour
     * @param label the name of the series
     * @param sum its sum; empty where its values make none
     */
    public record Key(String tone, String label, String sum) {}

    private final String id;
    private final String title;
    private final Unit unit;
    private final Kind kind;
    private final TimeAxis time;
    private final List<Series> series;
    private final Ticks ticks;
    private final Scale scale;

    /**
     * A chart.
     *
     * @param id by which its parts refer to each other in a page
     * @param series what it compares, with a value for each place of the axis
     */
    public Chart(String id, String title, Unit unit, Kind kind, TimeAxis time, List<Series> series) {
        this.id = id;
        this.title = title;
        this.unit = unit;
        this.kind = kind;
        this.time = time;
        this.series = List.copyOf(series);
        this.ticks = Ticks.reaching(greatest(), MOST_STEPS, unit.leastStep());
        this.scale = new Scale(ticks.top(), HEIGHT);
    }

    /** By which its parts refer to each other in a page. */
    public String id() {
        return id;
    }

    /** What it shows. */
    public String title() {
        return title;
    }

    /** The hour or the day that each place of the axis is. */
    public String each() {
        return time.each();
    }

    /** What is compared. */
    public List<Series> series() {
        return series;
    }

    /** How many places the axis has. */
    public int places() {
        return time.size();
    }

    /** How many pixels there are between zero and the top. */
    public int height() {
        return HEIGHT;
    }

    /** Whether there is nothing but zeros. */
    public boolean flat() {
        return series.stream().allMatch(each -> each.sum() == 0);
    }

    /** What it shows in words, for who does not see it. */
    public String description() {
        String span = "Per %s, from %s to %s, UTC. ".formatted(time.each(), time.name(0), time.name(time.size() - 1));
        return span + series.stream().map(this::sentence).collect(Collectors.joining(" "));
    }

    private String sentence(Series of) {
        int peak = of.peak();
        if (peak < 0 || of.values().get(peak) == 0) {
            return of.inText() + ": none.";
        }
        String most = "peak %s at %s.".formatted(unit.exactly(of.values().get(peak)), time.name(peak));
        return kind == Kind.STACKED
                ? "%s: total %s, %s".formatted(of.inText(), unit.exactly(of.sum()), most)
                : "%s: %s".formatted(of.inText(), most);
    }

    /** The marks upwards. */
    public List<Level> levels() {
        return ticks.values().stream()
                .map(value -> new Level(Unit.plain(scale.at(value)), unit.roughly(value)))
                .toList();
    }

    /** The marks along. */
    public List<TimeAxis.Mark> marks() {
        return time.marks();
    }

    /** What is drawn. */
    public List<Shape> shapes() {
        List<Shape> shapes = new ArrayList<>();
        double[] bases = new double[time.size()];
        for (Series each : series) {
            if (kind == Kind.LINES) {
                shapes.add(new Shape(each.tone(), "line", Paths.line(scale, each.values())));
                // A value with none beside it is a point in any case, or it would not be seen.
                shapes.add(
                        new Shape(each.tone(), "points", Paths.points(scale, each.values(), time.size() > MOST_APART)));
            } else {
                shapes.add(new Shape(each.tone(), "bars", Paths.bars(scale, bases, each.values())));
                for (int i = 0; i < bases.length; i++) {
                    bases[i] += Objects.requireNonNullElse(each.values().get(i), 0.0);
                }
            }
        }
        return shapes;
    }

    /** What is told when a place is pointed at; nothing where places are too close to each other for that. */
    public List<Spot> spots() {
        if (time.size() > MOST_APART) {
            return List.of();
        }
        double width = 100.0 / time.size();
        return IntStream.range(0, time.size())
                .mapToObj(i -> new Spot(
                        Unit.plain(i * width),
                        Unit.plain(width),
                        time.name(i) + "\n"
                                + series.stream()
                                        .map(each -> each.inText() + ": " + text(each, i))
                                        .collect(Collectors.joining("\n"))))
                .toList();
    }

    /** The legend. */
    public List<Key> legend() {
        return series.stream()
                .map(each -> new Key(each.tone(), each.label(), kind == Kind.STACKED ? unit.exactly(each.sum()) : ""))
                .toList();
    }

    /** The figures. */
    public List<Row> rows() {
        return IntStream.range(0, time.size())
                .mapToObj(i -> new Row(
                        time.name(i), series.stream().map(each -> text(each, i)).toList()))
                .toList();
    }

    private String text(Series of, int place) {
        Double value = of.values().get(place);
        return value == null ? NONE : unit.exactly(value);
    }

    private double greatest() {
        return IntStream.range(0, time.size())
                .mapToDouble(i -> {
                    var values = series.stream()
                            .map(each -> each.values().get(i))
                            .filter(Objects::nonNull)
                            .mapToDouble(Double::doubleValue);
                    return kind == Kind.STACKED ? values.sum() : values.max().orElse(0);
                })
                .max()
                .orElse(0);
    }
}
