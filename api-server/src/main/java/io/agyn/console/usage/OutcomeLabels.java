package io.agyn.console.usage;

import io.agyn.api.model.CallOutcome;
import io.agyn.console.forms.Option;
import io.quarkus.qute.TemplateExtension;
import java.util.List;
import java.util.stream.Stream;

/** Formats outcomes in templates. */
@TemplateExtension
public final class OutcomeLabels {
    private OutcomeLabels() {}

    /** {@code outcome.name} in templates. */
    public static String name(CallOutcome outcome) {
        return switch (outcome) {
            case COMPLETED -> "completed";
            case CLIENT_CANCELLED -> "cancelled by the caller";
            case UPSTREAM_ERROR -> "provider error";
            case UPSTREAM_TRUNCATED -> "truncated";
            case REFUSED -> "refused";
        };
    }

    /** The CSS class of the badge: {@code outcome.tone} in templates. */
    public static String tone(CallOutcome outcome) {
        return switch (outcome) {
            case COMPLETED -> "good";
            case CLIENT_CANCELLED -> "warn";
            case UPSTREAM_ERROR, UPSTREAM_TRUNCATED, REFUSED -> "bad";
        };
    }

    static List<Option> options() {
        return Stream.of(CallOutcome.values())
                .map(outcome -> new Option(outcome.toString(), name(outcome)))
                .toList();
    }
}
