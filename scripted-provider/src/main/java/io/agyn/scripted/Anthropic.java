package io.agyn.scripted;

import static io.agyn.scripted.Dialect.array;
import static io.agyn.scripted.Dialect.id;
import static io.agyn.scripted.Dialect.object;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Anthropic's Messages API. */
final class Anthropic implements Dialect {

    @Override
    public JsonObject response(RequestBody body, Script script) {
        Optional<RequestBody.ToolCall> tool = body.toolCall(script);
        JsonObject block = tool.map(call -> toolBlock(call).put("input", call.arguments()))
                .orElseGet(
                        () -> textBlock(script.endless() ? "" : script.texts().collect(Collectors.joining())));
        return message(
                body.model(), script.id().orElseGet(() -> id("msg_")), array(block), stopReason(tool), usage(12));
    }

    @Override
    public Stream<JsonObject> events(JsonObject message, Script script) {
        JsonObject begun =
                message.copy().put("content", array()).put("stop_reason", null).put("usage", usage(1));
        JsonObject block = message.getJsonArray("content").getJsonObject(0).copy();
        boolean tool = block.containsKey("input");
        String input = tool ? block.getJsonObject("input").encode() : "";
        block.put(tool ? "input" : "text", tool ? object() : "");
        Stream<JsonObject> opening = Stream.of(
                object("type", "message_start", "message", begun),
                object("type", "content_block_start", "index", 0, "content_block", block),
                object("type", "ping"));
        Stream<JsonObject> deltas = (tool
                        ? Stream.of("", input).map(json -> object("type", "input_json_delta", "partial_json", json))
                        : script.texts().map(text -> object("type", "text_delta", "text", text)))
                .map(delta -> object("type", "content_block_delta", "index", 0, "delta", delta));
        Stream<JsonObject> closing = Stream.of(
                object("type", "content_block_stop", "index", 0),
                object(
                        "type", "message_delta",
                        "delta", object("stop_reason", message.getString("stop_reason"), "stop_sequence", null),
                        "usage", message.getJsonObject("usage")),
                object("type", "message_stop"));
        return Stream.concat(Stream.concat(opening, deltas), closing);
    }

    @Override
    public JsonObject tokenCount() {
        return object("input_tokens", 30);
    }

    @Override
    public JsonObject error(int status, String model) {
        return switch (status) {
            case 400 -> error("invalid_request_error", "max_tokens: Field required");
            case 401 -> rejected("scripted");
            case 404 -> error("not_found_error", "model: " + model);
            case 429 ->
                error(
                        "rate_limit_error",
                        "This request would exceed your organization's rate limit of 50 requests per minute.");
            case 529 -> error("overloaded_error", "Overloaded");
            default -> error("api_error", "Internal server error");
        };
    }

    @Override
    public JsonObject invalid(String message, @Nullable String parameter) {
        return error("invalid_request_error", message);
    }

    @Override
    public JsonObject missing(String parameter) {
        return error("invalid_request_error", parameter + ": Field required");
    }

    @Override
    public JsonObject rejected(@Nullable String credential) {
        return error("authentication_error", credential == null ? "x-api-key header is required" : "invalid x-api-key");
    }

    @Override
    public JsonObject notFound(String method, String path) {
        return error("not_found_error", "Not found");
    }

    @Override
    public String credentialHeader() {
        return "x-api-key";
    }

    @Override
    public Header requestId() {
        return new Header("request-id", id("req_"));
    }

    @Override
    public JsonObject unknownEvent() {
        return object("type", "scripted_unknown", "scripted", "unheard of");
    }

    private static JsonObject message(String model, String id, JsonArray content, String stopReason, JsonObject usage) {
        return object(
                "id",
                id,
                "type",
                "message",
                "role",
                "assistant",
                "model",
                model,
                "content",
                content,
                "stop_reason",
                stopReason,
                "stop_sequence",
                null,
                "usage",
                usage);
    }

    /** A message of a batch's result. */
    static JsonObject message(String model, JsonObject usage) {
        JsonObject text = textBlock(Script.ORDINARY.texts().collect(Collectors.joining()));
        return message(model, id("msg_"), array(text), "end_turn", usage);
    }

    private static JsonObject textBlock(String text) {
        return object("type", "text", "text", text);
    }

    private static JsonObject toolBlock(RequestBody.ToolCall call) {
        return object("type", "tool_use", "id", id("toolu_"), "name", call.name());
    }

    private static String stopReason(Optional<RequestBody.ToolCall> tool) {
        return tool.isPresent() ? "tool_use" : "end_turn";
    }

    private static JsonObject usage(int outputTokens) {
        return object(
                "input_tokens",
                17,
                "cache_creation_input_tokens",
                5,
                "cache_read_input_tokens",
                8,
                "cache_creation",
                object("ephemeral_5m_input_tokens", 5, "ephemeral_1h_input_tokens", 0),
                "output_tokens",
                outputTokens,
                "service_tier",
                "standard");
    }

    static JsonObject error(String type, String message) {
        return object("type", "error", "error", object("type", type, "message", message), "request_id", id("req_"));
    }
}
