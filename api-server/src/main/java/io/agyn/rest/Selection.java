package io.agyn.rest;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What of a list is asked for: what all conditions hold for. A condition on a value that is null is none, as a filter that
 * is not given. Fields are those of the entity, or expressions of them.
 */
public final class Selection {
    private final StringBuilder condition = new StringBuilder("true = true");
    private final Map<String, Object> parameters = new HashMap<>();

    private Selection() {}

    /** All there is. */
    public static Selection all() {
        return new Selection();
    }

    /** All that lies in an organization. */
    public static Selection in(UUID organizationId) {
        return all().with("organizationId", organizationId);
    }

    /** Only what has a value in a field. */
    public Selection with(String field, Object value) {
        return value == null ? this : and(field + " = " + parameter(value));
    }

    /** Only what has one of some values in a field; nothing where there are none. */
    public Selection withOneOf(String field, Collection<?> values) {
        if (values == null) {
            return this;
        }
        return values.isEmpty() ? and("true = false") : and(field + " in " + parameter(values));
    }

    /** Only what has anything in a field, or what has nothing in it. */
    public Selection filled(String field, Boolean isFilled) {
        return isFilled == null ? this : and(field + (isFilled ? " is not null" : " is null"));
    }

    /** Only what has a text in one of some fields, whatever its case. */
    public Selection containing(String text, String... fields) {
        if (text == null) {
            return this;
        }
        // What stands for other characters in a pattern is meant as it is.
        String pattern = parameter("%" + text.replaceAll("[!%_]", "!$0") + "%");
        return and(Arrays.stream(fields)
                .map(field -> field + " ilike " + pattern + " escape '!'")
                .collect(Collectors.joining(" or ", "(", ")")));
    }

    /** The condition, as HQL has it. */
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
