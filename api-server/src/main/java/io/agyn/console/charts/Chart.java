package io.agyn.console.charts;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A chart over time and the table of its values, for the tag {@code chart}. */
public final class Chart {
    private static final int HEIGHT = 180;
    private static final int MOST_STEPS = 5;
    // Above this number of positions, points and tooltips would overlap.
    private static final int MOST_APART = 49;
    private static final String NONE = "–";

    public enum Kind {
        /** Stacked bars. */
        STACKED,
        LINES
    }

    /**
     * A tick of the vertical axis.
     *
     * @param y pixels from the upper edge
     */
    public record Level(String y, String text) {}

    /**
     * A shape of a series.
     *
     * @param tone the CSS class of the color
     * @param kind {@code bars}, {@code line} or {@code points}
     * @param path the SVG path
     */
    public record Shape(String tone, String kind, String path) {}

    /**
     * A tooltip and the area that shows it.
     *
     * @param x the start of its area, in percent
     * @param width in percent
     */
    public record Spot(String x, String width, String text) {}

    /**
     * A row of the table.
     *
     * @param when the hour or the day
     * @param values one for each series
     */
    public record Row(String when, List<String> values) {}

    /**
     * An entry of the legend.
     *
     * @param tone the CSS class of the color
     * @param sum the sum of the values; empty for units that cannot be added
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
     * Creates a chart.
     *
     * @param id prefix of the element ids, unique in the page
     * @param series with a value for each position of the axis
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

    public String id() {
        return id;
    }

    public String title() {
        return title;
    }

    /** The interval of each position. */
    public String each() {
        return time.each();
    }

    public List<Series> series() {
        return series;
    }

    /** The number of positions of the time axis. */
    public int columns() {
        return time.size();
    }

    /** In pixels. */
    public int height() {
        return HEIGHT;
    }

    /** Whether all values are zero. */
    public boolean flat() {
        return series.stream().allMatch(each -> each.sum() == 0);
    }

    /** The text alternative for screen readers. */
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

    public List<Level> levels() {
        return ticks.values().stream()
                .map(value -> new Level(Unit.plain(scale.at(value)), unit.roughly(value)))
                .toList();
    }

    public List<TimeAxis.Mark> marks() {
        return time.marks();
    }

    public List<Shape> shapes() {
        List<Shape> shapes = new ArrayList<>();
        double[] bases = new double[time.size()];
        for (Series each : series) {
            if (kind == Kind.LINES) {
                shapes.add(new Shape(each.tone(), "line", Paths.line(scale, each.values())));
                // A line is invisible at a value without neighbors, so it gets a point.
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

    /** The tooltips; empty if there are too many positions. */
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

    public List<Key> legend() {
        return series.stream()
                .map(each -> new Key(each.tone(), each.label(), kind == Kind.STACKED ? unit.exactly(each.sum()) : ""))
                .toList();
    }

    /** The rows of the table. */
    public List<Row> rows() {
        return IntStream.range(0, time.size())
                .mapToObj(i -> new Row(
                        time.name(i), series.stream().map(each -> text(each, i)).toList()))
                .toList();
    }

    private String text(Series of, int index) {
        Double value = of.values().get(index);
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
