package io.agyn.storage;

import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of a list, which must all be true. A condition with a null value is ignored, like a missing filter.
 * Fields are the entity's fields, or expressions of them.
 */
public final class Selection {
    private final StringBuilder condition = new StringBuilder("true = true");
    private final Map<String, Object> parameters = new HashMap<>();

    private Selection() {}

    /** Selects everything. */
    public static Selection all() {
        return new Selection();
    }

    /** Selects the resources of an organization. */
    public static Selection in(UUID organizationId) {
        return all().with("organizationId", organizationId);
    }

    /** Requires a field to have a value. */
    public Selection with(String field, @Nullable Object value) {
        return value == null ? this : and(field + " = " + parameter(value));
    }

    /** Requires a field to have one of the values; an empty collection selects nothing. */
    public Selection withOneOf(String field, @Nullable Collection<?> values) {
        if (values == null) {
            return this;
        }
        return values.isEmpty() ? and("true = false") : and(field + " in " + parameter(values));
    }

    /** Requires a field to be set, or to be null. */
    public Selection filled(String field, @Nullable Boolean isFilled) {
        return isFilled == null ? this : and(field + (isFilled ? " is not null" : " is null"));
    }

    /** Requires one of two fields to have its value. A field without a value never matches. */
    public Selection withAny(String field, Object value, String otherField, @Nullable Object otherValue) {
        return otherValue == null
                ? with(field, value)
                : and("(" + field + " = " + parameter(value) + " or " + otherField + " = " + parameter(otherValue)
                        + ")");
    }

    /**
     * Requires a field to have the value, or the id to be one of those that a query finds by it.
     *
     * @param idsQuery the query in HQL, with {@code %s} in place of the value
     */
    public Selection withOrFoundBy(String field, String idsQuery, @Nullable Object value) {
        if (value == null) {
            return this;
        }
        String given = parameter(value);
        return and("(" + field + " = " + given + " or id in (" + idsQuery.formatted(given) + "))");
    }

    /** Requires a time to be set, and to be before another. */
    public Selection before(String field, @Nullable Instant time) {
        return time == null ? this : and(field + " < " + parameter(time));
    }

    /** Requires one of the fields to contain a text, ignoring case. */
    public Selection containing(@Nullable String text, String... fields) {
        if (text == null) {
            return this;
        }
        // Wildcards are escaped.
        String pattern = parameter("%" + text.replaceAll("[!%_]", "!$0") + "%");
        return and(Arrays.stream(fields)
                .map(field -> field + " ilike " + pattern + " escape '!'")
                .collect(Collectors.joining(" or ", "(", ")")));
    }

    /** The condition in HQL. */
    String condition() {
        return condition.toString();
    }

    /** The values of the condition's parameters. */
    Map<String, Object> parameters() {
        return Collections.unmodifiableMap(parameters);
    }

    private Selection and(String another) {
        condition.append(" and ").append(another);
        return this;
    }

    private String parameter(Object value) {
        String name = "value" + parameters.size();
        parameters.put(name, value);
        return ":" + name;
    }
}
