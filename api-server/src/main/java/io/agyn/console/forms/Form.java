package io.agyn.console.forms;

import io.agyn.api.model.Violation;
import io.agyn.contract.Uuids;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The values of a form's fields, stored or submitted, and their errors. A field has the name of the request body's field in
 * the contract, so that the JSON pointers of a problem identify it, and its label is derived from that name. {@link
 * #withFields} and {@link #withLabels} set other names and labels.
 */
public final class Form {
    /**
     * An error of a field or of the whole form.
     *
     * @param field the field's name; empty for the whole form
     * @param detail a sentence that says how to fix it
     */
    public record Error(String field, String detail) {}

    /**
     * The form's field for a field of the request body.
     *
     * @param name its name in the form
     */
    public record Field(String name, String label) {}

    /**
     * Another user's changes since the form was loaded.
     *
     * @param changes one sentence for each change; may be empty
     * @param stored a form with the stored values
     */
    public record Conflict(List<String> changes, Form stored) {}

    // Snake case, which only field names and some of their values have.
    private static final Pattern FIELD_NAME = Pattern.compile("\\b[a-z]+(?:_[a-z]+)+\\b");

    private final Map<String, List<String>> values;
    private final Map<String, Field> fields;
    private final List<Error> errors;
    private final @Nullable Conflict conflict;

    private Form(
            Map<String, List<String>> values,
            Map<String, Field> fields,
            List<Error> errors,
            @Nullable Conflict conflict) {
        this.values = values;
        this.fields = fields;
        this.errors = inOrder(errors, values);
        this.conflict = conflict;
    }

    public static Form empty() {
        return of(Map.of());
    }

    public static Form of(String name, String value) {
        return empty().set(name, value);
    }

    static Form of(Map<String, List<String>> values) {
        return new Form(values, Map.of(), List.of(), null);
    }

    /**
     * Sets the fields whose names differ from the contract's.
     *
     * @param fields by the names in the contract
     */
    public Form withFields(Map<String, Field> fields) {
        return new Form(values, fields, errors, conflict);
    }

    /**
     * Sets the labels that are not derived from the field's name.
     *
     * @param labels by field name
     */
    public Form withLabels(Map<String, String> labels) {
        return withFields(labels.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, each -> new Field(each.getKey(), each.getValue()))));
    }

    /** Sets a field; null leaves it empty. */
    public Form set(String name, @Nullable String value) {
        Map<String, List<String>> set = new LinkedHashMap<>(values);
        set.put(name, value == null ? List.of() : List.of(value));
        return new Form(set, fields, errors, conflict);
    }

    /** Sets a field with several values. */
    public Form setAll(String name, Collection<String> all) {
        Map<String, List<String>> set = new LinkedHashMap<>(values);
        set.put(name, List.copyOf(all));
        return new Form(set, fields, errors, conflict);
    }

    /** The value of a field, or an empty string. */
    public String text(String name) {
        return all(name).stream().findFirst().orElse("");
    }

    /** The value of an optional field. */
    public @Nullable String optional(String name) {
        String text = text(name);
        return text.isEmpty() ? null : text;
    }

    /** The parsed value of a field, or null if it is invalid; the API then rejects a required field. */
    public <T> @Nullable T parse(String name, Function<String, T> parser) {
        try {
            return parser.apply(text(name));
        } catch (IllegalArgumentException | DateTimeException e) {
            return null;
        }
    }

    /**
     * Checks an optional field.
     *
     * @param error the error to add if the value is invalid
     */
    public Form check(String name, Function<String, ? extends @Nullable Object> parser, String error) {
        return text(name).isEmpty() || parse(name, parser) != null ? this : withError(name, error);
    }

    /** Replaces the value of an optional field by the id of the picked resource, or adds an error if it is unknown. */
    public Form resolve(String name, Picker picker) {
        if (text(name).isBlank()) {
            return this;
        }
        UUID id = parse(name, picker::idOf);
        return id == null ? withError(name, picker.remedy()) : set(name, id.toString());
    }

    /** The UUID in a field. */
    public @Nullable UUID id(String name) {
        return Uuids.parse(text(name)).orElse(null);
    }

    /** The values of all fields with this name, in their order. */
    public List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    public Form withError(String field, String detail) {
        List<Error> more = new ArrayList<>(errors);
        more.add(new Error(field, detail));
        return new Form(values, fields, more, conflict);
    }

    /** Adds the errors of a problem, with labels in place of field names. A field keeps the error that it has already. */
    public Form withErrors(ProblemException problem) {
        if (problem.violations().isEmpty()) {
            return errors.isEmpty() ? withError("", detail(problem)) : this;
        }
        List<Error> more = new ArrayList<>(errors);
        for (Violation violation : problem.violations()) {
            String name = name(violation);
            Field known = fields.get(name);
            String field = known == null ? name : known.name();
            if (errorsOf(field).isEmpty()) {
                more.add(new Error(field, replaceNames(violation.getDetail())));
            }
        }
        return new Form(values, fields, more, conflict);
    }

    public Form withConflict(Conflict conflict) {
        return new Form(values, fields, errors, conflict);
    }

    /**
     * Sets the hidden fields {@code etag} and {@code shown}, the time of display, from which a save detects and explains
     * changes of other users.
     */
    public Form withEtag(String etag) {
        return set("etag", etag).set("shown", OffsetDateTime.now(ZoneOffset.UTC).toString());
    }

    public List<String> errorsOf(String field) {
        return errors.stream()
                .filter(error -> error.field().equals(field))
                .map(Error::detail)
                .toList();
    }

    public List<Error> errors() {
        return errors;
    }

    /** Null unless another user has saved changes. */
    public @Nullable Conflict conflict() {
        return conflict;
    }

    /** The stored value of a field that another user has changed, or null if it is the same as in the form. */
    public @Nullable String storedMeanwhile(String name) {
        if (conflict == null || !conflict.stored().values.containsKey(name)) {
            return null;
        }
        String stored = conflict.stored().text(name);
        return stored.equals(text(name)) ? null : stored;
    }

    public String label(String field) {
        return fields.values().stream()
                .filter(each -> each.name().equals(field))
                .findFirst()
                .map(Field::label)
                .orElseGet(() -> capitalized(word(field)));
    }

    /** The name in sentences of a field of the request body; of a nested one, such as {@code config.address}, the last part. */
    public String word(String name) {
        Field known = fields.get(name);
        return known == null ? name.substring(name.lastIndexOf('.') + 1).replace('_', ' ') : known.label();
    }

    /** In the order of the page, like browsers; header rows come last, by number. */
    private static List<Error> inOrder(List<Error> errors, Map<String, List<String>> values) {
        if (errors.size() < 2) {
            return errors;
        }
        Map<String, Integer> positions = new HashMap<>();
        values.keySet().forEach(name -> positions.put(name, positions.size()));
        return errors.stream()
                .sorted(Comparator.<Error>comparingInt(error -> positions.getOrDefault(error.field(), positions.size()))
                        .thenComparingInt(error -> error.field().length())
                        .thenComparing(Error::field))
                .toList();
    }

    private static String detail(ProblemException problem) {
        return problem.kind() == ProblemKind.PRECONDITION_FAILED
                ? "Someone else has changed this. Review the changes, then try again."
                : problem.getMessage();
    }

    private String replaceNames(String detail) {
        return FIELD_NAME
                .matcher(detail)
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
