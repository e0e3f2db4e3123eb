package io.agyn.console.charts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PathsTest {
    private final Scale scale = new Scale(10, 100);

    @Test
    void scaleCountsDownFromTheTop() {
        assertThat(scale.at(0)).isEqualTo(100);
        assertThat(scale.at(2.5)).isEqualTo(75);
        assertThat(scale.at(10)).isZero();
    }

    @Test
    void barsStartAtTheBaseLineAndZeroHasNoBar() {
        assertThat(Paths.bars(scale, new double[3], List.of(5.0, 0.0, 10.0)))
                .isEqualTo("M0.12 100V50h0.76V100zM2.12 100V0h0.76V100z");
    }

    @Test
    void stackedBarsAreSeparated() {
        assertThat(Paths.bars(scale, new double[] {5}, List.of(2.0))).isEqualTo("M0.12 49V30h0.76V49z");
    }

    @Test
    void smallValuesAreVisible() {
        assertThat(Paths.bars(scale, new double[1], List.of(0.0001))).isEqualTo("M0.12 100V99h0.76V100z");
        assertThat(Paths.bars(scale, new double[] {5}, List.of(0.0001))).isEqualTo("M0.12 49V48h0.76V49z");
    }

    @Test
    void linesAreInterruptedAtMissingValues() {
        List<Double> values = Arrays.asList(0.0, 5.0, null, 10.0);
        assertThat(Paths.line(scale, values)).isEqualTo("M0.5 100L1.5 50M3.5 0");
        assertThat(Paths.points(scale, values, false)).isEqualTo("M0.5 100h0M1.5 50h0M3.5 0h0");
        assertThat(Paths.points(scale, values, true)).isEqualTo("M3.5 0h0");
    }
}
