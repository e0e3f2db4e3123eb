package io.agyn.contract;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Parses JSON (RFC 8259) into a tree, more strictly than Jackson: it rejects duplicate keys, lone surrogates and text
 * after the value, the first two with their JSON pointers.
 */
final class JsonTree {
    // Accepts numbers of any length, and never computes with long ones.
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNumberLength(BodyReader.LIMIT)
                    .build())
            .build();
    private static final JsonNodeFactory NODES = JsonNodeFactory.withExactBigDecimals(true);
    private static final int MAX_DEPTH = 32;
    // A tree of small values takes 30 times the memory of its text; the largest body of the contract has a few
    // hundred values.
    private static final int MAX_VALUES = 25_000;

    private final JsonParser parser;
    private final Violations violations;
    private int values;

    private JsonTree(JsonParser parser, Violations violations) {
        this.parser = parser;
        this.violations = violations;
    }

    /**
     * Parses a body.
     *
     * @param violations receives duplicate keys and lone surrogates
     * @throws ProblemException {@code malformed_json} for invalid JSON
     */
    static JsonNode read(byte[] body, Violations violations) {
        try (JsonParser parser = FACTORY.createParser(body)) {
            if (parser.nextToken() == null) {
                throw new ProblemException(ProblemKind.MALFORMED_JSON, "The body is empty; send a JSON object.");
            }
            JsonNode tree = new JsonTree(parser, violations).value("", 0);
            if (parser.nextToken() != null) {
                throw malformed(parser.currentTokenLocation(), "unexpected content after the JSON value");
            }
            return tree;
        } catch (JsonProcessingException e) {
            throw malformed(e.getLocation(), "invalid syntax");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JsonNode value(String pointer, int depth) throws IOException {
        if (depth > MAX_DEPTH) {
            throw malformed(
                    parser.currentTokenLocation(), "the body is nested more than " + MAX_DEPTH + " levels deep");
        }
        values++;
        if (values > MAX_VALUES) {
            throw malformed(parser.currentTokenLocation(), "the body holds more than " + MAX_VALUES + " values");
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(pointer, depth);
            case START_ARRAY -> array(pointer, depth);
            case VALUE_STRING -> NODES.textNode(wellFormed(parser.getText(), pointer));
            case VALUE_NUMBER_INT ->
                parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? NODES.numberNode(Double.NaN)
                        : NODES.numberNode(parser.getLongValue());
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(Double.NaN);
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL -> NODES.nullNode();
            default -> throw new IllegalStateException("a JSON value cannot begin with " + parser.currentToken());
        };
    }

    private ObjectNode object(String pointer, int depth) throws IOException {
        ObjectNode object = NODES.objectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            String child = Violations.child(pointer, name);
            parser.nextToken();
            JsonNode value = value(child, depth + 1);
            if (object.has(name)) {
                violations.at(child, "Duplicate key.");
            }
            object.set(wellFormed(name, pointer), value);
        }
        return object;
    }

    private ArrayNode array(String pointer, int depth) throws IOException {
        ArrayNode array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(value(pointer + "/" + array.size(), depth + 1));
        }
        return array;
    }

    private String wellFormed(String text, String pointer) {
        boolean loneSurrogate = text.codePoints().anyMatch(point -> point >= 0xD800 && point <= 0xDFFF);
        if (!loneSurrogate) {
            return text;
        }
        violations.at(pointer, "Must not contain an unpaired surrogate (\\uD800 to \\uDFFF).");
        return text.codePoints()
                .map(point -> point >= 0xD800 && point <= 0xDFFF ? '?' : point)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static ProblemException malformed(JsonLocation location, String what) {
        return new ProblemException(
                ProblemKind.MALFORMED_JSON,
                "The body is not valid JSON: at line %d, column %d, %s."
                        .formatted(location.getLineNr(), location.getColumnNr(), what));
    }
}
