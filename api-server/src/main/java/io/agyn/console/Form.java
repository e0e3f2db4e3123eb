package io.agyn.console;

import io.agyn.api.model.Violation;
import io.agyn.contract.Uuids;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A form: what stands in its fields, as it was stored or typed, and what is wrong with that. A field has the name of the
 * body's field in the contract, so that a problem's JSON pointers lead to it, or of its parameter; and its label says that
 * name in words. {@link #calling} and {@link #labelled} tell of those that have other ones.
 */
public final class Form {
    /**
     * What is wrong.
     *
     * @param field the field's name, or an empty one where it concerns no field
     * @param detail a sentence that says what to do
     */
    public record Error(String field, String detail) {}

    /**
     * The field of the form for one of the body.
     *
     * @param name its name in the form
     * @param label its label
     */
    public record Field(String name, String label) {}

    /**
     * That somebody else has saved meanwhile.
     *
     * @param changes who did what, a sentence each; may be empty
     * @param stored a form with what is stored by now
     */
    public record Conflict(List<String> changes, Form stored) {}

    // As only names of fields are written, and some of their values.
    private static final Pattern NAME = Pattern.compile("\\b[a-z]+(?:_[a-z]+)+\\b");

    private final Map<String, List<String>> values;
    private final Map<String, Field> fields;
    private final List<Error> errors;
    private final Conflict conflict;

    private Form(Map<String, List<String>> values, Map<String, Field> fields, List<Error> errors, Conflict conflict) {
        this.values = values;
        this.fields = fields;
        this.errors = inOrder(errors, values);
        this.conflict = conflict;
    }

    /** A form with nothing in it. */
    public static Form empty() {
        return of(Map.of());
    }

    /** A form with one field set. */
    public static Form of(String name, String value) {
        return empty().set(name, value);
    }

    static Form of(Map<String, List<String>> values) {
        return new Form(values, Map.of(), List.of(), null);
    }

    /**
     * The form with fields that it calls otherwise.
     *
     * @param fields its fields, by the names that the contract has for them
     */
    public Form calling(Map<String, Field> fields) {
        return new Form(values, fields, errors, conflict);
    }

    /**
     * The form with fields whose labels are not their names.
     *
     * @param labels the labels, by the names
     */
    public Form labelled(Map<String, String> labels) {
        return calling(labels.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, each -> new Field(each.getKey(), each.getValue()))));
    }

    /** The form with a field set. */
    public Form set(String name, String value) {
        Map<String, List<String>> set = new LinkedHashMap<>(values);
        set.put(name, value == null ? List.of() : List.of(value));
        return new Form(set, fields, errors, conflict);
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

    /** What a field's text stands for; null where that is nothing, which the contract refuses where it has to be there. */
    public <T> T choice(String name, Function<String, T> values) {
        try {
            return values.apply(text(name));
        } catch (IllegalArgumentException | DateTimeException e) {
            return null;
        }
    }

    /**
     * The form, with something wrong where the text of a field that may be left out stands for nothing.
     *
     * @param remedy what to do then
     */
    public Form expect(String name, Function<String, ?> values, String remedy) {
        return text(name).isEmpty() || choice(name, values) != null ? this : with(name, remedy);
    }

    /** The form with the id of what is chosen in a field that may be left out, or with what to do where there is no such thing. */
    public Form choosing(String name, Picker choice) {
        if (text(name).isBlank()) {
            return this;
        }
        UUID id = choice(name, choice::idOf);
        return id == null ? with(name, choice.remedy()) : set(name, id.toString());
    }

    /** The id in a field; null where none is in it. */
    public UUID id(String name) {
        return Uuids.parse(text(name)).orElse(null);
    }

    /** What stands in all fields of a name, in their order. */
    public List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** The form with something wrong. */
    public Form with(String field, String detail) {
        List<Error> more = new ArrayList<>(errors);
        more.add(new Error(field, detail));
        return new Form(values, fields, more, conflict);
    }

    /** The form with all that a problem says is wrong. */
    public Form refused(ProblemException problem) {
        return refused(problem, UnaryOperator.identity());
    }

    /**
     * The form with all that a problem says is wrong, in the words of the page. Of a field with which something is wrong
     * already, that is enough.
     *
     * @param rows the form's field for what has no name in the contract
     */
    public Form refused(ProblemException problem, UnaryOperator<String> rows) {
        if (problem.violations().isEmpty()) {
            return errors.isEmpty() ? with("", said(problem)) : this;
        }
        List<Error> more = new ArrayList<>(errors);
        for (Violation violation : problem.violations()) {
            String name = rows.apply(name(violation));
            String field = fields.containsKey(name) ? fields.get(name).name() : name;
            if (errorsOf(field).isEmpty()) {
                more.add(new Error(field, inWords(violation.getDetail())));
            }
        }
        return new Form(values, fields, more, conflict);
    }

    /** The form with what somebody else has saved meanwhile. */
    public Form conflicting(Conflict conflict) {
        return new Form(values, fields, errors, conflict);
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
        if (conflict == null || !conflict.stored().values.containsKey(name)) {
            return null;
        }
        String stored = conflict.stored().text(name);
        return stored.equals(text(name)) ? null : stored;
    }

    /** The label of a field. */
    public String label(String field) {
        return fields.values().stream()
                .filter(each -> each.name().equals(field))
                .findFirst()
                .map(Field::label)
                .orElseGet(() -> capitalized(word(field)));
    }

    /** What a field of the body is called in a sentence. */
    String word(String name) {
        return fields.containsKey(name) ? fields.get(name).label() : name.replace('_', ' ');
    }

    /** As they stand on the page, whose fields browsers send in their order; rows of headers come last, by their numbers. */
    private static List<Error> inOrder(List<Error> errors, Map<String, List<String>> values) {
        if (errors.size() < 2) {
            return errors;
        }
        Map<String, Integer> places = new HashMap<>();
        values.keySet().forEach(name -> places.put(name, places.size()));
        return errors.stream()
                .sorted(Comparator.<Error>comparingInt(error -> places.getOrDefault(error.field(), places.size()))
                        .thenComparingInt(error -> error.field().length())
                        .thenComparing(Error::field))
                .toList();
    }

    private static String said(ProblemException problem) {
        return problem.kind() == ProblemKind.PRECONDITION_FAILED
                ? "Someone else has changed this. Review the changes, then try again."
                : problem.getMessage();
    }

    private String inWords(String detail) {
        return NAME.matcher(detail)
                .replaceAll(found -> Matcher.quoteReplacement(
                        fields.containsKey(found.group()) || values.containsKey(found.group())
                                ? "“" + capitalized(word(found.group())) + "”"
                                : found.group()));
    }

    private static String capitalized(String words) {
        return words.isEmpty() ? "" : words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    private static String name(Violation violation) {
        return violation.getPointer() == null
                ? Objects.requireNonNullElse(violation.getParameter(), "")
                : violation.getPointer().replaceFirst("^/", "");
    }
}
