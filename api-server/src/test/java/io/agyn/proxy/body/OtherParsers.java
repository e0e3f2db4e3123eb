package io.agyn.proxy.body;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads JSON as providers may: strictly, or with the extensions of common parsers; duplicates are kept. */
final class OtherParsers {
    /** The members of an object in their order. */
    record Members(List<Map.Entry<String, Object>> list) {
        /** The values of all names that equal a name in any case. */
        List<Object> all(String name) {
            return list.stream()
                    .filter(member -> member.getKey().equalsIgnoreCase(name))
                    .map(Map.Entry::getValue)
                    .toList();
        }
    }

    static final List<JsonFactory> ALL = List.of(
            new JsonFactoryBuilder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build(),
            lenient());

    private OtherParsers() {}

    /** Empty if a provider with this parser rejects the body, so that it has no other meaning there. */
    static Optional<Members> read(JsonFactory parsers, byte[] body) {
        try (JsonParser parser = parsers.createParser(body)) {
            parser.nextToken();
            Object value = value(parser);
            return parser.nextToken() == null && value instanceof Members members
                    ? Optional.of(members)
                    : Optional.empty();
        } catch (IOException rejected) {
            return Optional.empty();
        }
    }

    private static Object value(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            List<Map.Entry<String, Object>> members = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                members.add(Map.entry(name, value(parser)));
            }
            return new Members(members);
        }
        if (token == JsonToken.START_ARRAY) {
            List<Object> elements = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                elements.add(value(parser));
            }
            return elements;
        }
        return token == JsonToken.VALUE_NULL ? Optional.empty() : parser.getText();
    }

    /** Accepts comments, other quotes, other spellings of numbers. */
    private static JsonFactory lenient() {
        JsonFactoryBuilder builder = new JsonFactoryBuilder();
        for (JsonReadFeature feature : JsonReadFeature.values()) {
            builder.enable(feature);
        }
        return builder.build();
    }
}
