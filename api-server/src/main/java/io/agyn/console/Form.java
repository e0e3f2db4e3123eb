package io.agyn.console;

import io.agyn.api.model.Violation;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A form: what stands in its fields, as it was stored or typed, and what is wrong with that. A field has the name of the
 * body's field in the contract, so that a problem's JSON pointers lead to it; or of its parameter.
 */
public final class Form {
    /**
     * What is wrong.
     *
     * @param field the field's name, or an empty one where it concerns no field
     * @param detail a sentence that says what to do
     */
    public record Error(String field, String detail) {
        /** The field's name as a word. */
        public String label() {
            return field.isEmpty()
                    ? ""
                    : field.substring(0, 1).toUpperCase(Locale.ROOT)
                            + field.substring(1).replace('_', ' ');
        }
    }

    /**
     * That somebody else has saved meanwhile.
     *
     * @param changes who did what, a sentence each; may be empty
     * @param stored what the fields hold by now
     */
    public record Conflict(List<String> changes, Map<String, String> stored) {}

    private final Map<String, List<String>> values;
    private final List<Error> errors;
    private final Conflict conflict;

    Form(Map<String, List<String>> values, List<Error> errors, Conflict conflict) {
        this.values = values;
        this.errors = List.copyOf(errors);
        this.conflict = conflict;
    }

    /** A form with nothing in it. */
    public static Form empty() {
        return new Form(Map.of(), List.of(), null);
    }

    /** A form with one field set. */
    public static Form of(String name, String value) {
        return empty().set(name, value);
    }

    /** The form with a field set. */
    public Form set(String name, String value) {
        Map<String, List<String>> set = new HashMap<>(values);
        set.put(name, value == null ? List.of() : List.of(value));
        return new Form(set, errors, conflict);
    }

    /** What stands in a field; empty where nothing does. */
    public String text(String name) {
        return all(name).stream().findFirst().orElse("");
    }

    /** What stands in a field that may be left out; null where nothing does. */
    public String optional(String name) {
        String text = text(name);
        return text.isEmpty() ? null : text;
    }

    /** What was chosen of some values; null where that is none of them, which the contract then refuses. */
    public <T> T choice(String name, Function<String, T> values) {
        try {
            return values.apply(text(name));
        } catch (IllegalArgumentException | DateTimeException e) {
            return null;
        }
    }

    /**
     * What stands in a field that may be left out, as what it stands for; null where nothing does.
     *
     * @param remedy what to do where it stands for nothing
     * @throws ProblemException {@code invalid_request} where it stands for nothing
     */
    public <T> T parsed(String name, Function<String, T> parse, String remedy) {
        String text = text(name);
        try {
            return text.isEmpty() ? null : parse.apply(text);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new ProblemException(
                    ProblemKind.INVALID_REQUEST,
                    remedy,
                    List.of(new Violation().pointer("/" + name).detail(remedy)));
        }
    }

    /** What stands in all fields of a name, in their order. */
    public List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** The form with something wrong. */
    public Form with(String field, String detail) {
        List<Error> more = new ArrayList<>(errors);
        more.add(new Error(field, detail));
        return new Form(values, more, conflict);
    }

    /** The form with all that a problem says is wrong. */
    public Form refused(ProblemException problem) {
        return refused(problem, UnaryOperator.identity());
    }

    /**
     * The form with all that a problem says is wrong.
     *
     * @param places the form's field for a field of the body
     */
    public Form refused(ProblemException problem, UnaryOperator<String> places) {
        if (problem.violations().isEmpty()) {
            return with("", problem.getMessage());
        }
        Form refused = this;
        for (Violation violation : problem.violations()) {
            refused = refused.with(places.apply(field(violation)), violation.getDetail());
        }
        return refused;
    }

    /** The form with what somebody else has saved meanwhile. */
    public Form conflicting(Conflict conflict) {
        return new Form(values, errors, conflict);
    }

    /**
     * The form with what tells, when it is sent, whether somebody else has saved meanwhile: the fields {@code etag} and
     * {@code shown}.
     */
    public Form shown(String etag) {
        return set("etag", etag).set("shown", OffsetDateTime.now(ZoneOffset.UTC).toString());
    }

    /** What is wrong with one field. */
    public List<String> errorsOf(String field) {
        return errors.stream()
                .filter(error -> error.field().equals(field))
                .map(Error::detail)
                .toList();
    }

    /** All that is wrong. */
    public List<Error> errors() {
        return errors;
    }

    /** What somebody else has saved meanwhile, or null. */
    public Conflict conflict() {
        return conflict;
    }

    /** What a field holds by now where somebody has changed it meanwhile to something else than it shows, or null. */
    public String storedMeanwhile(String name) {
        if (conflict == null || !conflict.stored().containsKey(name)) {
            return null;
        }
        String stored = conflict.stored().get(name);
        return stored.equals(text(name)) ? null : stored;
    }

    private static String field(Violation violation) {
        if (violation.getPointer() != null) {
            return violation.getPointer().replaceFirst("^/", "");
        }
        return Objects.requireNonNullElse(violation.getParameter(), "");
    }

    static Form parsed(Map<String, List<String>> values) {
        return new Form(new LinkedHashMap<>(values), List.of(), null);
    }
}
