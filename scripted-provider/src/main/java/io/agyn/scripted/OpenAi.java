package io.agyn.scripted;

import static io.agyn.scripted.Dialect.array;
import static io.agyn.scripted.Dialect.id;
import static io.agyn.scripted.Dialect.object;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** OpenAI's Responses API. */
final class OpenAi implements Dialect {

    @Override
    public JsonObject response(RequestBody body, Script script) {
        JsonObject item = body.toolCall(script)
                .map(call -> toolItem(id("fc_"), id("call_"), call, "completed"))
                .orElseGet(() -> messageItem(id("msg_"), "completed", array(textPart(wholeText(script)))));
        return response(id("resp_"), body, "completed", array(item), usage());
    }

    @Override
    public Stream<JsonObject> events(RequestBody body, Script script) {
        String id = id("resp_");
        JsonObject begun = response(id, body, "in_progress", array(), null);
        Stream<JsonObject> opening = Stream.of(
                object("type", "response.created", "response", begun),
                object("type", "response.in_progress", "response", begun));
        return Stream.concat(
                opening,
                body.toolCall(script)
                        .map(call -> toolEvents(id, body, call))
                        .orElseGet(() -> textEvents(id, body, script)));
    }

    @Override
    public Buffer write(JsonObject event, int number) {
        return Dialect.super.write(event.put("sequence_number", number), number);
    }

    @Override
    public JsonObject tokenCount() {
        return object("object", "response.input_tokens", "input_tokens", 25);
    }

    @Override
    public JsonObject error(int status, String model) {
        return switch (status) {
            case 400 ->
                error(
                        "Unsupported parameter: 'temperature' is not supported with this model.",
                        "invalid_request_error",
                        "temperature",
                        "unsupported_parameter");
            case 401 -> rejected("Bearer sk-scripted");
            case 404 ->
                error(
                        "The model `%s` does not exist or you do not have access to it.".formatted(model),
                        "invalid_request_error",
                        null,
                        "model_not_found");
            case 429 ->
                error(
                        ("Rate limit reached for %s in organization org-scripted on requests per min (RPM):"
                                        + " Limit 3, Used 3, Requested 1. Please try again in 20s. Visit"
                                        + " https://platform.openai.com/account/rate-limits to learn more.")
                                .formatted(model),
                        "requests",
                        null,
                        "rate_limit_exceeded");
            case 529 -> error("The engine is currently overloaded, please try again later", "server_error", null, null);
            default ->
                error(
                        "The server had an error while processing your request. Sorry about that!",
                        "server_error",
                        null,
                        null);
        };
    }

    @Override
    public JsonObject invalid(String message, @Nullable String parameter) {
        return error(message, "invalid_request_error", parameter, null);
    }

    @Override
    public JsonObject rejected(@Nullable String credential) {
        if (credential == null) {
            return error(
                    "You didn't provide an API key. You need to provide your API key in an Authorization header using"
                            + " Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
                    "invalid_request_error",
                    null,
                    null);
        }
        return error(
                "Incorrect API key provided: %s. You can find your API key at https://platform.openai.com/account/api-keys."
                        .formatted(masked(credential.replaceFirst("(?i)^bearer +", ""))),
                "invalid_request_error",
                null,
                "invalid_api_key");
    }

    @Override
    public JsonObject notFound(String method, String path) {
        return error("Invalid URL (%s %s)".formatted(method, path), "invalid_request_error", null, null);
    }

    @Override
    public String credentialHeader() {
        return "authorization";
    }

    @Override
    public Header requestId() {
        return new Header("x-request-id", id("req_"));
    }

    @Override
    public JsonObject unknownEvent() {
        return object("type", "response.scripted_unknown.delta", "delta", "unheard of");
    }

    private static Stream<JsonObject> textEvents(String id, RequestBody body, Script script) {
        String item = id("msg_");
        Stream<JsonObject> opening = Stream.of(
                itemEvent("response.output_item.added", messageItem(item, "in_progress", array())),
                partEvent("response.content_part.added", item, "part", textPart("")));
        Stream<JsonObject> deltas = script.texts()
                .map(text -> partEvent("response.output_text.delta", item, "delta", text)
                        .put("logprobs", array()));
        if (script.endless()) {
            return Stream.concat(opening, deltas);
        }
        String text = wholeText(script);
        JsonObject whole = messageItem(item, "completed", array(textPart(text)));
        return Stream.of(
                        opening,
                        deltas,
                        Stream.of(
                                partEvent("response.output_text.done", item, "text", text)
                                        .put("logprobs", array()),
                                partEvent("response.content_part.done", item, "part", textPart(text)),
                                itemEvent("response.output_item.done", whole),
                                completed(id, body, whole)))
                .flatMap(events -> events);
    }

    private static Stream<JsonObject> toolEvents(String id, RequestBody body, RequestBody.ToolCall call) {
        String item = id("fc_");
        JsonObject whole = toolItem(item, id("call_"), call, "completed");
        String arguments = whole.getString("arguments");
        return Stream.of(
                itemEvent(
                        "response.output_item.added",
                        whole.copy().put("status", "in_progress").put("arguments", "")),
                object(
                        "type",
                        "response.function_call_arguments.delta",
                        "item_id",
                        item,
                        "output_index",
                        0,
                        "delta",
                        arguments),
                object(
                        "type",
                        "response.function_call_arguments.done",
                        "item_id",
                        item,
                        "output_index",
                        0,
                        "name",
                        call.name(),
                        "arguments",
                        arguments),
                itemEvent("response.output_item.done", whole),
                completed(id, body, whole));
    }

    private static JsonObject completed(String id, RequestBody body, JsonObject item) {
        return object("type", "response.completed", "response", response(id, body, "completed", array(item), usage()));
    }

    private static JsonObject itemEvent(String type, JsonObject item) {
        return object("type", type, "output_index", 0, "item", item);
    }

    private static JsonObject partEvent(String type, String item, String name, Object value) {
        return object("type", type, "item_id", item, "output_index", 0, "content_index", 0, name, value);
    }

    private static JsonObject messageItem(String id, String status, JsonArray content) {
        return object("id", id, "type", "message", "status", status, "content", content, "role", "assistant");
    }

    private static JsonObject textPart(String text) {
        return object("type", "output_text", "annotations", array(), "logprobs", array(), "text", text);
    }

    private static JsonObject toolItem(String id, String callId, RequestBody.ToolCall call, String status) {
        return object(
                "id",
                id,
                "type",
                "function_call",
                "status",
                status,
                "arguments",
                call.arguments().encode(),
                "call_id",
                callId,
                "name",
                call.name());
    }

    private static JsonObject response(
            String id, RequestBody body, String status, JsonArray output, @Nullable JsonObject usage) {
        return object(
                "id",
                id,
                "object",
                "response",
                "created_at",
                Instant.now().getEpochSecond(),
                "status",
                status,
                "background",
                false,
                "error",
                null,
                "incomplete_details",
                null,
                "instructions",
                null,
                "max_output_tokens",
                null,
                "max_tool_calls",
                null,
                "model",
                body.model(),
                "output",
                output,
                "parallel_tool_calls",
                true,
                "previous_response_id",
                null,
                "prompt_cache_key",
                null,
                "reasoning",
                object("effort", null, "summary", null),
                "safety_identifier",
                null,
                "service_tier",
                "default",
                "store",
                true,
                "temperature",
                1.0,
                "text",
                object("format", object("type", "text"), "verbosity", "medium"),
                "tool_choice",
                "auto",
                "tools",
                new JsonArray(body.tools()),
                "top_logprobs",
                0,
                "top_p",
                1.0,
                "truncation",
                "disabled",
                "usage",
                usage,
                "user",
                null,
                "metadata",
                object());
    }

    private static JsonObject usage() {
        return object(
                "input_tokens", 25,
                "input_tokens_details", object("cached_tokens", 8),
                "output_tokens", 12,
                "output_tokens_details", object("reasoning_tokens", 4),
                "total_tokens", 37);
    }

    private static String wholeText(Script script) {
        return script.endless() ? "" : script.texts().collect(Collectors.joining());
    }

    private static JsonObject error(String message, String type, @Nullable String parameter, @Nullable String code) {
        return object("error", object("message", message, "type", type, "param", parameter, "code", code));
    }

    private static String masked(String key) {
        int shown = key.length() > 8 ? 4 : 0;
        return key.substring(0, shown) + "*".repeat(key.length() - 2 * shown) + key.substring(key.length() - shown);
    }
}
