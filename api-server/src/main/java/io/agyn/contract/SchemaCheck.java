package io.agyn.contract;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.inject.Singleton;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * Checks requests against the contract's schemas, so that bounds are defined only in the contract. It supports the
 * part of OpenAPI 3.0's schema object that the contract's requests use, and turns each violation into a sentence with
 * a remedy.
 */
@Singleton
final class SchemaCheck {
    private static final Set<String> BOUND_FORMATS = Set.of("uuid", "date-time");

    private final Contract contract;
    private final Map<String, Pattern> patterns = new ConcurrentHashMap<>();

    SchemaCheck(Contract contract) {
        this.contract = requireNonNull(contract, "contract is null");
    }

    /**
     * Checks a body against a schema of the contract.
     *
     * @param body the body; unknown fields are removed from it, and fields with a wrong type become null
     * @return whether the body is an object, so that the rest of it can be read
     */
    boolean body(JsonNode body, String schemaName, Violations violations) {
        return value(body, contract.schema(schemaName), "", violations);
    }

    /** Whether a path parameter is valid. */
    boolean accepts(String text, Contract.Parameter parameter) {
        return textViolations(text, parameter.schema()).isEmpty();
    }

    /** Checks a query or header parameter. */
    void parameter(String text, Contract.Parameter parameter, Violations violations) {
        JsonNode schema = parameter.schema();
        if (schema.path("type").asText().equals("integer")) {
            if (!text.matches("-?[0-9]{1,18}") || !isWithinBounds(Long.parseLong(text), schema)) {
                violations.in(parameter.name(), integerBounds(schema));
            }
            return;
        }
        if (schema.path("type").asText().equals("boolean")) {
            if (!text.equals("true") && !text.equals("false")) {
                violations.in(parameter.name(), "Must be true or false.");
            }
            return;
        }
        if (schema.path("type").asText().equals("array")) {
            array(text, parameter, violations);
            return;
        }
        for (String detail : textViolations(text, schema)) {
            violations.in(parameter.name(), detail);
        }
    }

    /** Checks a comma-separated list in one parameter (style form, not exploded); each item may appear once. */
    private void array(String text, Contract.Parameter parameter, Violations violations) {
        JsonNode items = contract.resolve(parameter.schema().path("items"));
        List<String> values = List.of(text.split(",", -1));
        int maxItems = parameter.schema().path("maxItems").asInt();
        if (values.size() > maxItems) {
            violations.in(parameter.name(), "Must have at most %d values, not %d.".formatted(maxItems, values.size()));
            return;
        }
        values.stream()
                .flatMap(value -> textViolations(value, items).stream())
                .distinct()
                .forEach(detail -> violations.in(parameter.name(), detail));
        if (Set.copyOf(values).size() < values.size()) {
            violations.in(parameter.name(), "Must not repeat a value.");
        }
    }

    /** Returns whether the value has the schema's type, and adds all other violations. */
    private boolean value(JsonNode value, JsonNode reference, String pointer, Violations violations) {
        JsonNode schema = contract.resolve(reference);
        if (value.isNull() && schema.path("nullable").asBoolean()) {
            return true;
        }
        String type = schema.path("type").asText();
        if (type.equals("integer")) {
            if (!value.isIntegralNumber() || !value.canConvertToLong() || !isWithinBounds(value.longValue(), schema)) {
                violations.at(pointer, integerBounds(schema));
                return false;
            }
            return true;
        }
        boolean rightType =
                switch (type) {
                    case "object" -> value.isObject();
                    case "array" -> value.isArray();
                    case "string" -> value.isTextual();
                    case "boolean" -> value.isBoolean();
                    default -> throw new IllegalStateException("no request has a field of type " + type);
                };
        if (!rightType) {
            violations.at(pointer, wrongType(value, type));
            return false;
        }
        if (value.isBoolean()) {
            return true;
        }
        if (value.isObject()) {
            object((ObjectNode) value, schema, pointer, violations);
            return true;
        }
        if (value.isArray()) {
            return items(value, schema, pointer, violations);
        }
        List<String> details = textViolations(value.asText(), schema);
        details.forEach(detail -> violations.at(pointer, detail));
        // Values that cannot be bound to their Java type are removed; other texts stay, for the rules to check.
        return details.isEmpty()
                || !(schema.has("enum")
                        || BOUND_FORMATS.contains(schema.path("format").asText()));
    }

    /** Checks an array; one with an invalid item has the wrong type. */
    private boolean items(JsonNode array, JsonNode schema, String pointer, Violations violations) {
        int size = array.size();
        int minimum = schema.path("minItems").asInt(0);
        int maximum = schema.path("maxItems").asInt(Integer.MAX_VALUE);
        if (size < minimum || size > maximum) {
            violations.at(pointer, "Must have %d to %d items, not %d.".formatted(minimum, maximum, size));
            return false;
        }
        boolean areRight = true;
        for (int i = 0; i < size; i++) {
            areRight &= value(array.path(i), schema.path("items"), pointer + "/" + i, violations);
        }
        if (schema.path("uniqueItems").asBoolean()
                && StreamSupport.stream(array.spliterator(), false).distinct().count() < size) {
            violations.at(pointer, "Must not repeat an item.");
        }
        return areRight;
    }

    private void object(ObjectNode object, JsonNode schema, String pointer, Violations violations) {
        JsonNode properties = schema.path("properties");
        JsonNode others = schema.path("additionalProperties");
        int size = object.size();
        for (Map.Entry<String, JsonNode> field : List.copyOf(object.properties())) {
            String child = Violations.child(pointer, field.getKey());
            JsonNode fieldSchema = properties.has(field.getKey()) ? properties.path(field.getKey()) : others;
            if (!fieldSchema.isObject()) {
                violations.at(child, "Unknown field. Known fields: " + names(properties) + ".");
                object.remove(field.getKey());
            } else if (!value(field.getValue(), fieldSchema, child, violations)) {
                object.putNull(field.getKey());
            }
        }
        for (JsonNode required : schema.path("required")) {
            if (!object.has(required.asText())) {
                violations.at(Violations.child(pointer, required.asText()), "This field is required.");
                object.putNull(required.asText());
            }
        }
        if (size < schema.path("minProperties").asInt(0)) {
            violations.at(pointer, "Must have at least one entry.");
        }
        if (size > schema.path("maxProperties").asInt(Integer.MAX_VALUE)) {
            violations.at(
                    pointer,
                    "Must have at most %d entries, not %d."
                            .formatted(schema.path("maxProperties").asInt(), size));
        }
    }

    private static boolean isWithinBounds(long value, JsonNode schema) {
        return value >= schema.path("minimum").asLong()
                && value <= schema.path("maximum").asLong();
    }

    private static String integerBounds(JsonNode schema) {
        return "Must be an integer from %d to %d."
                .formatted(
                        schema.path("minimum").asLong(), schema.path("maximum").asLong());
    }

    private List<String> textViolations(String text, JsonNode schema) {
        List<String> details = new ArrayList<>();
        if (schema.has("enum")) {
            List<String> allowed = StreamSupport.stream(schema.path("enum").spliterator(), false)
                    .map(JsonNode::asText)
                    .toList();
            if (!allowed.contains(text)) {
                details.add("Must be one of: " + String.join(", ", allowed) + ".");
            }
            return details;
        }
        String format = schema.path("format").asText();
        if (format.equals("uuid") && Uuids.parse(text).isEmpty()) {
            details.add("Must be a UUID, such as 0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f.");
        } else if (format.equals("date-time") && !isDateTime(text)) {
            details.add("Must be an RFC 3339 time, such as 2026-01-31T12:00:00Z.");
        } else {
            bounds(text, schema, details);
        }
        return details;
    }

    /** All patterns of the contract are anchored; matches() avoids that Java's $ also matches before a line feed. */
    private void bounds(String text, JsonNode schema, List<String> details) {
        int length = text.codePointCount(0, text.length());
        int minimum = schema.path("minLength").asInt(0);
        int maximum = schema.path("maxLength").asInt(Integer.MAX_VALUE);
        if (length < minimum || length > maximum) {
            details.add("Must have %d to %d characters, not %d.".formatted(minimum, maximum, length));
        } else if (schema.has("pattern")
                && !patterns.computeIfAbsent(schema.path("pattern").asText(), Pattern::compile)
                        .matcher(text)
                        .matches()) {
            details.add("Invalid value. Expected: "
                    + plainText(schema.path("description").asText()));
        }
    }

    /** The contract's descriptions are Markdown; a detail is one line of text. */
    private static String plainText(String markdown) {
        return markdown.strip().replace('\n', ' ').replace("`", "");
    }

    private static boolean isDateTime(String text) {
        try {
            int year = OffsetDateTime.parse(text).getYear();
            return year >= 0 && year <= 9999;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private static String wrongType(JsonNode value, String type) {
        String given =
                switch (value.getNodeType()) {
                    case STRING -> "a string";
                    case NUMBER -> "a number";
                    case BOOLEAN -> "a boolean";
                    case NULL -> "null";
                    case ARRAY -> "an array";
                    case OBJECT, POJO -> "an object";
                    case BINARY, MISSING -> "nothing";
                };
        return "Must be %s, not %s."
                .formatted(
                        switch (type) {
                            case "object" -> "an object";
                            case "array" -> "an array";
                            case "boolean" -> "true or false";
                            default -> "a string";
                        },
                        given);
    }

    private static String names(JsonNode properties) {
        List<String> names = new ArrayList<>();
        properties.fieldNames().forEachRemaining(names::add);
        return String.join(", ", names);
    }
}
