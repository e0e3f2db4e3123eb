package io.agyn.console.charts;

import java.util.Locale;

/** The unit of a chart's values. */
public enum Unit {
    /** A number of calls or tokens. */
    COUNT(1) {
        @Override
        String roughly(double value) {
            if (value >= 1e9) {
                return plain(value / 1e9) + "B";
            }
            if (value >= 1e6) {
                return plain(value / 1e6) + "M";
            }
            return value >= 1e3 ? plain(value / 1e3) + "k" : plain(value);
        }

        @Override
        public String exactly(double value) {
            return String.format(Locale.ROOT, "%,d", Math.round(value));
        }
    },
    /** Milliseconds. */
    DURATION(0.1) {
        @Override
        String roughly(double value) {
            return value >= 1e3 ? plain(value / 1e3) + " s" : plain(value) + " ms";
        }

        @Override
        public String exactly(double value) {
            return String.format(Locale.ROOT, value < 100 ? "%,.1f ms" : "%,.0f ms", value);
        }
    };

    private final double leastStep;

    Unit(double leastStep) {
        this.leastStep = leastStep;
    }

    /** The short form, for axes. */
    abstract String roughly(double value);

    /** The exact form, for tables and tooltips. */
    public abstract String exactly(double value);

    /** The minimum step between ticks. */
    double leastStep() {
        return leastStep;
    }

    /** With at most two decimals, without trailing zeros. */
    static String plain(double value) {
        return String.format(Locale.ROOT, "%.2f", value).replaceFirst("0+$", "").replaceFirst("\\.$", "");
    }
}
