package io.agyn.console.rendering;

import io.agyn.console.charts.Unit;
import io.quarkus.qute.TemplateExtension;
import java.util.Locale;

/** Formats numbers in templates. */
@TemplateExtension
public final class Numbers {
    private Numbers() {}

    /** A number with thousands separators: {@code number.formatted} in templates. */
    public static String formatted(Long number) {
        return Unit.COUNT.exactly(number);
    }

    /** Milliseconds: {@code number.formatted} in templates. */
    public static String formatted(Double number) {
        return Unit.DURATION.exactly(number);
    }

    /** A share: {@code part.percentOf(whole)} in templates. */
    public static String percentOf(Long part, Long whole) {
        return whole == 0 ? "0 %" : String.format(Locale.ROOT, "%.1f %%", 100.0 * part / whole);
    }
}
