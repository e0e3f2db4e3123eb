package io.agyn.console.forms;

import io.agyn.console.routing.Query;
import io.agyn.contract.Uuids;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads a list's filters from the query of its page. An invalid filter gets an error and is otherwise ignored. */
public final class Filters {
    private static final DateTimeFormatter INPUT_FORMAT = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm");

    private static final int FIRST_YEAR = 1970;
    private static final int LAST_YEAR = 9999;

    private final Query query;
    private Form form = Form.empty();

    public Filters(Query query) {
        this.query = query;
    }

    public @Nullable String text(String name) {
        String text = query.text(name);
        form = form.set(name, text);
        return text.isEmpty() ? null : text;
    }

    public @Nullable UUID id(String name) {
        String text = text(name);
        return text == null ? null : Uuids.parse(text).orElseGet(() -> reject(name, "Enter a UUID."));
    }

    /** The time. It may be a date, a browser's local time, which is read as UTC, or in RFC 3339 format. */
    public @Nullable OffsetDateTime time(String name) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        try {
            OffsetDateTime time = (text.length() == "2026-01-31".length()
                            ? LocalDate.parse(text).atStartOfDay().atOffset(ZoneOffset.UTC)
                            : text.matches(".*(Z|[+-]\\d\\d:\\d\\d)")
                                    ? OffsetDateTime.parse(text)
                                    : LocalDateTime.parse(text).atOffset(ZoneOffset.UTC))
                    .withOffsetSameInstant(ZoneOffset.UTC);
            if (time.getYear() >= FIRST_YEAR && time.getYear() <= LAST_YEAR) {
                form = form.set(name, INPUT_FORMAT.format(time));
                return time;
            }
        } catch (DateTimeException e) {
            // Rejected below, like a year out of range.
        }
        return reject(name, "Enter a UTC time such as 2026-01-31T08:30.");
    }

    /**
     * The parsed value.
     *
     * @param known the valid values, for the error
     */
    public <T> @Nullable T choice(String name, Function<String, T> parser, String known) {
        return parsed(name, parser, "Choose one of " + known + ".");
    }

    /** The id of the picked resource. */
    public @Nullable UUID choice(String name, Picker picker) {
        return parsed(name, picker::idOf, picker.remedy());
    }

    private <T> @Nullable T parsed(String name, Function<String, T> parse, String remedy) {
        String text = text(name);
        try {
            return text == null ? null : parse.apply(text);
        } catch (IllegalArgumentException e) {
            return reject(name, remedy);
        }
    }

    /** The values of the filters, and their errors. */
    public Form form() {
        return form;
    }

    /** Adds the chosen value to the options if it is missing, so that the field shows it. */
    public static List<Option> including(List<Option> options, String chosen) {
        return chosen.isEmpty()
                        || options.stream().anyMatch(option -> option.value().equals(chosen))
                ? options
                : Stream.concat(options.stream(), Stream.of(new Option(chosen, chosen)))
                        .toList();
    }

    private <T> @Nullable T reject(String name, String remedy) {
        form = form.withError(name, remedy);
        return null;
    }
}
