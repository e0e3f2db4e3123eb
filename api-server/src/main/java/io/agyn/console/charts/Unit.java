package io.agyn.console.charts;

import java.util.Locale;

/** What a chart counts. */
public enum Unit {
    /** Things. */
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

    /** Short enough for an axis. */
    abstract String roughly(double value);

    /** For tables and tooltips. */
    public abstract String exactly(double value);

    /** The least step between two marks of an axis. */
    double leastStep() {
        return leastStep;
    }

    /** With two digits behind the point at most, and no zero at their end. */
    static String plain(double value) {
        return String.format(Locale.ROOT, "%.2f", value).replaceFirst("0+$", "").replaceFirst("\\.$", "");
    }
}
