package io.agyn.console;

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

/** Reads the filters of a list from its page's address. What cannot be read is wrong at its field, and as good as absent. */
public final class Filters {
    private static final DateTimeFormatter OF_INPUTS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm");

    private static final int FIRST_YEAR = 1970;
    private static final int LAST_YEAR = 9999;

    private final Query query;
    private Form form = Form.empty();

    /** The filters of an address. */
    public Filters(Query query) {
        this.query = query;
    }

    /** A text, or null. */
    public String text(String name) {
        String text = query.text(name);
        form = form.set(name, text);
        return text.isEmpty() ? null : text;
    }

    /** An id, or null. */
    public UUID id(String name) {
        String text = text(name);
        return text == null ? null : Uuids.parse(text).orElseGet(() -> wrong(name, "Enter a UUID."));
    }

    /** A time, or null: as browsers send it, which is UTC here, or as RFC 3339 has it, or a day alone. */
    public OffsetDateTime time(String name) {
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
                form = form.set(name, OF_INPUTS.format(time));
                return time;
            }
        } catch (DateTimeException e) {
            // As wrong as a time that nothing can have happened at.
        }
        return wrong(name, "Enter a UTC time such as 2026-01-31T08:30.");
    }

    /** One of some values, or null. */
    public <T> T choice(String name, Function<String, T> values, String known) {
        return parsed(name, values, "Choose one of " + known + ".");
    }

    /** The id of what is chosen, or null. */
    public UUID choice(String name, Picker choice) {
        return parsed(name, choice::idOf, choice.remedy());
    }

    private <T> T parsed(String name, Function<String, T> parse, String remedy) {
        String text = text(name);
        try {
            return text == null ? null : parse.apply(text);
        } catch (IllegalArgumentException e) {
            return wrong(name, remedy);
        }
    }

    /** What stands in the fields, and what is wrong with it. */
    public Form form() {
        return form;
    }

    /** Options, and what is chosen also where it is none of them, so that the field tells what is asked for. */
    public static List<Option> offered(List<Option> options, String chosen) {
        return chosen.isEmpty()
                        || options.stream().anyMatch(option -> option.value().equals(chosen))
                ? options
                : Stream.concat(options.stream(), Stream.of(new Option(chosen, chosen)))
                        .toList();
    }

    private <T> T wrong(String name, String remedy) {
        form = form.with(name, remedy);
        return null;
    }
}
