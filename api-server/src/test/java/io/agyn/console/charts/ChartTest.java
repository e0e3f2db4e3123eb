package io.agyn.console.charts;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.console.charts.Chart.Kind;
import io.agyn.console.charts.Chart.Level;
import io.agyn.console.charts.Chart.Shape;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChartTest {
    private final TimeAxis time = new TimeAxis(
            Interval.HOUR, OffsetDateTime.parse("2026-03-01T10:00:00Z"), OffsetDateTime.parse("2026-03-01T12:00:00Z"));

    @Test
    void axisReachesTheSumOfStackedSeries() {
        Chart chart = new Chart(
                "tokens",
                "Tokens",
                Unit.COUNT,
                Kind.STACKED,
                time,
                List.of(
                        new Series("Input", "tone1", List.of(1000.0, 0.0)),
                        new Series("Output", "tone2", List.of(500.0, 1.0))));
        assertThat(chart.levels()).extracting(Level::text).containsExactly("0", "500", "1k", "1.5k");
        assertThat(chart.levels()).extracting(Level::y).containsExactly("180", "120", "60", "0");
        assertThat(chart.shapes())
                .containsExactly(
                        new Shape("tone1", "bars", "M0.12 180V60h0.76V180z"),
                        new Shape("tone2", "bars", "M0.12 59V0h0.76V59zM1.12 180V179h0.76V180z"));
        assertThat(chart.legend()).extracting(Chart.Key::sum).containsExactly("1,000", "501");
    }

    @Test
    void tableTooltipsAndDescriptionHaveTheSameValues() {
        Chart chart = new Chart(
                "latency",
                "Latency",
                Unit.DURATION,
                Kind.LINES,
                time,
                List.of(new Series("Total", "tone1", Arrays.asList(1234.0, null))));
        assertThat(chart.rows())
                .containsExactly(
                        new Chart.Row("1 Mar 10:00", List.of("1,234 ms")), new Chart.Row("1 Mar 11:00", List.of("–")));
        assertThat(chart.spots().getFirst()).isEqualTo(new Chart.Spot("0", "50", "1 Mar 10:00\nTotal: 1,234 ms"));
        assertThat(chart.description())
                .isEqualTo("Per hour, from 1 Mar 10:00 to 1 Mar 11:00, UTC. Total: peak 1,234 ms at 1 Mar 10:00.");
        assertThat(chart.levels()).extracting(Level::text).containsExactly("0 ms", "500 ms", "1 s", "1.5 s");
    }

    @Test
    void rightToLeftNamesDoNotReorderValues() {
        Chart chart = new Chart(
                "tokens",
                "Tokens",
                Unit.COUNT,
                Kind.STACKED,
                time,
                List.of(new Series("\u202Egnp", "tone1", List.of(12.0, 0.0))));
        assertThat(chart.spots().getFirst().text()).endsWith("\u2068\u202Egnp\u2069: 12");
        assertThat(chart.description()).contains("\u2068\u202Egnp\u2069: total 12");
        assertThat(chart.legend().getFirst().label()).isEqualTo("\u202Egnp");
    }

    @Test
    void zerosAreNotDrawn() {
        Chart chart = new Chart(
                "errors",
                "Errors",
                Unit.COUNT,
                Kind.STACKED,
                time,
                List.of(new Series("Errors", "failed", List.of(0.0, 0.0))));
        assertThat(chart.shapes().getFirst().path()).isEmpty();
        assertThat(chart.description()).endsWith("Errors: none.");
    }
}
