package io.agyn.console;

import io.quarkus.qute.TemplateExtension;
import java.util.List;

/**
 * What a field lets one choose.
 *
 * @param value what is sent
 * @param label what is shown
 */
public record Option(String value, String label) {
    /** The label of a value, or itself where it is none of the options: {@code options.label(value)} in templates. */
    @TemplateExtension
    static String label(List<Option> options, String value) {
        return options.stream()
                .filter(option -> option.value().equals(value))
                .findFirst()
                .map(Option::label)
                .orElse(value);
    }
}
