package io.agyn.scripted;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a request's body that decide its response.
 *
 * @param model empty if missing
 * @param tools the tools that the response may call; empty once the conversation has a tool's result
 * @param store true by default
 * @param compact whether the input asks for its compaction
 * @param generate false to prepare a response without output
 * @param type the type of a WebSocket message
 * @param streamId the lane of a WebSocket message
 */
record RequestBody(
        String model,
        boolean stream,
        List<JsonObject> tools,
        boolean store,
        boolean background,
        boolean compact,
        boolean generate,
        @Nullable String previousResponseId,
        @Nullable String conversation,
        @Nullable String type,
        @Nullable String streamId) {

    /** An invalid body; the parameter is null unless a single field is at fault. */
    static final class InvalidBodyException extends Exception {

        private static final long serialVersionUID = 1;

        private final @Nullable String parameter;

        InvalidBodyException(@Nullable String parameter, String message) {
            super(message);
            this.parameter = parameter;
        }

        @Nullable
        String parameter() {
            return parameter;
        }
    }

    /** The body of requests without a model. */
    static final RequestBody NONE =
            new RequestBody("", false, List.of(), true, false, false, true, null, null, null, null);

    /** A tool call in the response. */
    record ToolCall(String name, JsonObject arguments) {}

    static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /** Skims the body, and parses all of it only if it has tools; benchmarks send no tools. */
    static RequestBody read(byte[] body) throws InvalidBodyException {
        String model = "";
        boolean stream = false;
        boolean tools = false;
        boolean store = true;
        boolean background = false;
        boolean compact = false;
        boolean generate = true;
        String previousResponseId = null;
        String conversation = null;
        String type = null;
        String streamId = null;
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new InvalidBodyException(null, "it is not a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (name) {
                    case "model" -> model = model(parser);
                    case "stream" -> stream = value == JsonToken.VALUE_TRUE;
                    case "tools" -> tools = value == JsonToken.START_ARRAY;
                    case "store" -> store = value != JsonToken.VALUE_FALSE;
                    case "background" -> background = value == JsonToken.VALUE_TRUE;
                    case "input" -> compact = hasTrigger(parser);
                    case "generate" -> generate = value != JsonToken.VALUE_FALSE;
                    case "previous_response_id" -> previousResponseId = parser.getValueAsString();
                    case "conversation" -> conversation = conversation(parser);
                    case "type" -> type = parser.getValueAsString();
                    case "stream_id" -> streamId = parser.getValueAsString();
                    default -> {}
                }
                parser.skipChildren();
            }
            if (parser.nextToken() != null) {
                throw new InvalidBodyException(null, "there is text after the JSON object");
            }
        } catch (IOException e) {
            throw new InvalidBodyException(null, "it is not valid JSON");
        }
        return new RequestBody(
                model,
                stream,
                tools ? callable(body) : List.of(),
                store,
                background,
                compact,
                generate,
                previousResponseId,
                conversation,
                type,
                streamId);
    }

    /** Whether an item is the one with which Codex asks for a compaction. */
    private static boolean hasTrigger(JsonParser parser) throws IOException {
        boolean found = false;
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            return false;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    found |= name.equals("type") && "compaction_trigger".equals(parser.getValueAsString());
                    parser.skipChildren();
                }
            } else {
                parser.skipChildren();
            }
        }
        return found;
    }

    /** An id, or an object with an {@code id}. */
    private static @Nullable String conversation(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            return parser.getValueAsString();
        }
        String id = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            if (name.equals("id")) {
                id = parser.getValueAsString();
            }
            parser.skipChildren();
        }
        return id;
    }

    private static String model(JsonParser parser) throws IOException, InvalidBodyException {
        return switch (parser.currentToken()) {
            case VALUE_STRING -> parser.getText();
            case VALUE_NULL -> "";
            default -> throw new InvalidBodyException("model", "model is not a string");
        };
    }

    /** The tool call in the response; empty if it has text instead. */
    Optional<ToolCall> toolCall(Script script) {
        return tools.stream()
                .filter(tool -> script.tool().isEmpty() || script.tool().get().equals(tool.getString("name")))
                .findFirst()
                .map(tool -> new ToolCall(
                        tool.getString("name"),
                        script.arguments()
                                .map(JsonObject::copy)
                                .orElseGet(() -> example(
                                        tool.getJsonObject("parameters", tool.getJsonObject("input_schema"))))));
    }

    /** Empty once the conversation has a result: otherwise an agent would call tools forever. */
    private static List<JsonObject> callable(byte[] body) throws InvalidBodyException {
        try {
            JsonObject request = new JsonObject(Buffer.buffer(body));
            Object choice = request.getValue("tool_choice");
            boolean none = "none".equals(choice)
                    || choice instanceof JsonObject object && "none".equals(object.getValue("type"));
            if (none || hasToolResult(request.getValue("input")) || hasToolResult(request.getValue("messages"))) {
                return List.of();
            }
            return objects(request.getValue("tools"))
                    .filter(tool -> tool.getValue("name") instanceof String)
                    .filter(tool -> List.of("function", "custom").contains(tool.getValue("type", "custom")))
                    .filter(tool -> tool.getValue("type") == null
                            || !tool.getValue("type").equals("custom")
                            || tool.containsKey("input_schema"))
                    .toList();
        } catch (DecodeException | ClassCastException e) {
            throw new InvalidBodyException(null, "its tools cannot be read");
        }
    }

    private static boolean hasToolResult(Object items) {
        return objects(items)
                .anyMatch(item -> "function_call_output".equals(item.getValue("type"))
                        || "tool_result".equals(item.getValue("type"))
                        || hasToolResult(item.getValue("content")));
    }

    static Stream<JsonObject> objects(@Nullable Object array) {
        return array instanceof JsonArray values
                ? values.stream().filter(JsonObject.class::isInstance).map(JsonObject.class::cast)
                : Stream.empty();
    }

    /** Arguments that satisfy a schema's required properties. */
    private static JsonObject example(@Nullable JsonObject schema) {
        JsonObject arguments = new JsonObject();
        if (schema != null && schema.getValue("properties") instanceof JsonObject properties) {
            for (String name : properties.fieldNames()) {
                boolean required = schema.getValue("required") instanceof JsonArray names && names.contains(name);
                if (required && properties.getValue(name) instanceof JsonObject property) {
                    arguments.put(name, exampleValue(property));
                }
            }
        }
        return arguments;
    }

    private static Object exampleValue(JsonObject property) {
        if (property.getValue("enum") instanceof JsonArray values && !values.isEmpty()) {
            return values.getValue(0);
        }
        return switch (String.valueOf(property.getValue("type"))) {
            case "integer", "number" -> 1;
            case "boolean" -> true;
            case "array" -> new JsonArray();
            case "object" -> example(property);
            default -> "scripted";
        };
    }
}
