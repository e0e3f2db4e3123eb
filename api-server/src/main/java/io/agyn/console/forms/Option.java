package io.agyn.console.forms;

import io.quarkus.qute.TemplateExtension;
import java.util.List;

/**
 * An option of a select field.
 *
 * @param value the submitted value
 * @param label the displayed text
 */
public record Option(String value, String label) {
    /** The label of a value, or the value itself if it is unknown: {@code options.label(value)} in templates. */
    @TemplateExtension
    static String label(List<Option> options, String value) {
        return options.stream()
                .filter(option -> option.value().equals(value))
                .findFirst()
                .map(Option::label)
                .orElse(value);
    }
}
