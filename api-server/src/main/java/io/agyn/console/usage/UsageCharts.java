package io.agyn.console.usage;

import io.agyn.api.model.UsageRow;
import io.agyn.console.charts.Chart;
import io.agyn.console.charts.Chart.Kind;
import io.agyn.console.charts.Series;
import io.agyn.console.charts.TimeAxis;
import io.agyn.console.charts.Unit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Creates the charts of tokens, calls, errors and durations over time, by group if there is one. */
final class UsageCharts {
    private static final int MOST_GROUPS = 5;
    private static final String REST = "rest";

    private final TimeAxis time;

    /** The rows of a series. */
    private record Drawn(String label, String tone, List<UsageRow> rows) {}

    UsageCharts(TimeAxis time) {
        this.time = time;
    }

    List<Chart> ofAll(List<UsageRow> rows) {
        List<Series> tokens = new ArrayList<>(List.of(
                sums("Input", "tone1", rows, UsageRow::getInputTokens),
                sums("Cache reads", "tone2", rows, UsageRow::getCachedInputTokens),
                sums("Output", "tone3", rows, UsageRow::getOutputTokens)));
        if (rows.stream().anyMatch(row -> row.getCacheWriteTokens() > 0)) {
            tokens.add(2, sums("Cache writes", "tone4", rows, UsageRow::getCacheWriteTokens));
        }
        return List.of(
                stacked("tokens", "Tokens", tokens),
                stacked("calls", "Calls", List.of(sums("Calls", "tone1", rows, UsageRow::getCalls))),
                stacked("errors", "Errors", List.of(sums("Errors", "failed", rows, UsageRow::getErrors))),
                lines(
                        "latency",
                        "Average latency",
                        List.of(
                                averages("Total", "tone1", rows, UsageRow::getAverageDurationMs),
                                averages("Time to first byte", "tone3", rows, UsageRow::getAverageTimeToFirstByteMs))));
    }

    List<Chart> by(Group group, List<UsageRow> rows) {
        List<Drawn> drawn = drawn(group, rows);
        String by = " by " + group.inSentence();
        return List.of(
                stacked("tokens", "Tokens" + by, sums(drawn, UsageCharts::tokens)),
                stacked("calls", "Calls" + by, sums(drawn, UsageRow::getCalls)),
                stacked("errors", "Errors" + by, sums(drawn, UsageRow::getErrors)),
                lines(
                        "latency",
                        "Average latency" + by,
                        drawn.stream()
                                .map(each -> averages(
                                        each.label(), each.tone(), each.rows(), UsageRow::getAverageDurationMs))
                                .toList()));
    }

    /** The groups with the most calls, and all others as one series. */
    private static List<Drawn> drawn(Group group, List<UsageRow> rows) {
        Map<String, List<UsageRow>> groups = rows.stream()
                .collect(Collectors.groupingBy(
                        row -> String.valueOf(group.value(row)), LinkedHashMap::new, Collectors.toList()));
        List<List<UsageRow>> ranked = groups.values().stream()
                .sorted(Comparator.comparingLong(UsageCharts::calls).reversed())
                .toList();
        // A single remaining group is shown in index of the sum.
        int apart = ranked.size() == MOST_GROUPS + 1 ? ranked.size() : Math.min(ranked.size(), MOST_GROUPS);
        List<Drawn> drawn = new ArrayList<>();
        for (List<UsageRow> each : ranked.subList(0, apart)) {
            drawn.add(new Drawn(group.name(each.getFirst()), "tone" + (drawn.size() + 1), each));
        }
        if (ranked.size() > apart) {
            List<UsageRow> others = ranked.subList(apart, ranked.size()).stream()
                    .flatMap(List::stream)
                    .toList();
            drawn.add(new Drawn("%d others".formatted(ranked.size() - apart), REST, others));
        }
        return drawn;
    }

    private static long calls(List<UsageRow> rows) {
        return rows.stream().mapToLong(UsageRow::getCalls).sum();
    }

    private static double tokens(UsageRow row) {
        return (double) row.getInputTokens()
                + row.getCachedInputTokens()
                + row.getCacheWriteTokens()
                + row.getOutputTokens();
    }

    private Chart stacked(String id, String title, List<Series> series) {
        return new Chart(id, title, Unit.COUNT, Kind.STACKED, time, series);
    }

    private Chart lines(String id, String title, List<Series> series) {
        return new Chart(id, title, Unit.DURATION, Kind.LINES, time, series);
    }

    private List<Series> sums(List<Drawn> drawn, ToDoubleFunction<UsageRow> value) {
        return drawn.stream()
                .map(each -> sums(each.label(), each.tone(), each.rows(), value))
                .toList();
    }

    private Series sums(String label, String tone, List<UsageRow> rows, ToDoubleFunction<UsageRow> value) {
        Double[] values = new Double[time.size()];
        Arrays.fill(values, 0.0);
        for (UsageRow row : rows) {
            values[time.index(row.getStartedAt())] += value.applyAsDouble(row);
        }
        return new Series(label, tone, Arrays.asList(values));
    }

    /** Averages weighted by each row's number of calls. */
    private Series averages(String label, String tone, List<UsageRow> rows, AverageOf value) {
        double[] sums = new double[time.size()];
        long[] calls = new long[time.size()];
        for (UsageRow row : rows) {
            Double average = value.of(row);
            if (average != null) {
                int index = time.index(row.getStartedAt());
                sums[index] += average * row.getCalls();
                calls[index] += row.getCalls();
            }
        }
        @Nullable Double[] values = new @Nullable Double[time.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = calls[i] == 0 ? null : Double.valueOf(sums[i] / calls[i]);
        }
        return new Series(label, tone, Arrays.asList(values));
    }

    private interface AverageOf {
        Double of(UsageRow row);
    }
}
