package io.agyn.scripted;

import static io.agyn.scripted.Dialect.array;
import static io.agyn.scripted.Dialect.id;
import static io.agyn.scripted.Dialect.object;

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
        if (body.compact()) {
            return response(body, script, array(compactionItem()));
        }
        JsonObject item = body.toolCall(script)
                .map(call -> toolItem(id("fc_"), id("call_"), call, "completed"))
                .orElseGet(() -> messageItem(id("msg_"), "completed", array(textPart(wholeText(script)))));
        return response(body, script, body.generate() ? array(item) : array());
    }

    @Override
    public Stream<JsonObject> events(JsonObject response, Script script) {
        JsonObject begun = begun(response, "in_progress");
        JsonObject queued = begun(response, "queued");
        JsonObject inProgress = object("type", "response.in_progress", "response", begun);
        Stream<JsonObject> opening = response.getBoolean("background")
                ? Stream.of(
                        object("type", "response.created", "response", queued),
                        object("type", "response.queued", "response", queued),
                        inProgress)
                : Stream.of(object("type", "response.created", "response", begun), inProgress);
        JsonArray output = response.getJsonArray("output");
        Stream<JsonObject> items = output.isEmpty() ? Stream.of() : itemEvents(output.getJsonObject(0), script);
        JsonObject last = object("type", "response." + response.getString("status"), "response", response);
        return Stream.concat(Stream.concat(opening, items), Stream.of(last));
    }

    /** The error body for an unknown object; {@code kind} is such as {@code Response}. */
    static JsonObject unknown(String kind, String id) {
        return error("%s with id '%s' not found.".formatted(kind, id), "invalid_request_error", null, null);
    }

    /** The error body for an unknown previous response. */
    static JsonObject previousNotFound(String id) {
        return error(
                "Previous response with id '%s' not found.".formatted(id),
                "invalid_request_error",
                "previous_response_id",
                "previous_response_not_found");
    }

    /** The response before its end. */
    static JsonObject begun(JsonObject response, String status) {
        return response.copy().put("status", status).put("output", array()).put("usage", null);
    }

    @Override
    public JsonObject numbered(JsonObject event, int number) {
        return event.put("sequence_number", number);
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
    public JsonObject missing(String parameter) {
        return error(
                "Missing required parameter: '%s'.".formatted(parameter),
                "invalid_request_error",
                parameter,
                "missing_required_parameter");
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

    private static Stream<JsonObject> itemEvents(JsonObject item, Script script) {
        return switch (item.getString("type")) {
            case "message" -> textEvents(item, script);
            case "compaction" ->
                Stream.of(itemEvent("response.output_item.added", item), itemEvent("response.output_item.done", item));
            default -> toolEvents(item);
        };
    }

    private static Stream<JsonObject> textEvents(JsonObject item, Script script) {
        String id = item.getString("id");
        JsonObject begun = item.copy().put("status", "in_progress").put("content", array());
        Stream<JsonObject> opening = Stream.of(
                itemEvent("response.output_item.added", begun),
                partEvent("response.content_part.added", id, "part", textPart("")));
        Stream<JsonObject> deltas = script.texts()
                .map(text -> partEvent("response.output_text.delta", id, "delta", text)
                        .put("logprobs", array()));
        JsonObject part = item.getJsonArray("content").getJsonObject(0);
        Stream<JsonObject> closing = Stream.of(
                partEvent("response.output_text.done", id, "text", part.getString("text"))
                        .put("logprobs", array()),
                partEvent("response.content_part.done", id, "part", part),
                itemEvent("response.output_item.done", item));
        return Stream.concat(Stream.concat(opening, deltas), closing);
    }

    private static Stream<JsonObject> toolEvents(JsonObject item) {
        String id = item.getString("id");
        String arguments = item.getString("arguments");
        return Stream.of(
                itemEvent(
                        "response.output_item.added",
                        item.copy().put("status", "in_progress").put("arguments", "")),
                object(
                        "type",
                        "response.function_call_arguments.delta",
                        "item_id",
                        id,
                        "output_index",
                        0,
                        "delta",
                        arguments),
                object(
                        "type",
                        "response.function_call_arguments.done",
                        "item_id",
                        id,
                        "output_index",
                        0,
                        "name",
                        item.getString("name"),
                        "arguments",
                        arguments),
                itemEvent("response.output_item.done", item));
    }

    /** An item of the input as lists show it: with an id and content parts. */
    static JsonObject inputItem(JsonObject given, String id) {
        JsonObject item = new JsonObject().put("id", id).put("type", "message").mergeIn(given);
        if (item.getString("type").equals("message")) {
            boolean assistant = "assistant".equals(item.getString("role"));
            if (item.getValue("content") instanceof String text) {
                item.put("content", array(assistant ? textPart(text) : object("type", "input_text", "text", text)));
            }
            item.put("status", "completed");
        }
        return item;
    }

    private static JsonObject itemEvent(String type, JsonObject item) {
        return object("type", type, "output_index", 0, "item", item);
    }

    private static JsonObject partEvent(String type, String item, String name, Object value) {
        return object("type", type, "item_id", item, "output_index", 0, "content_index", 0, name, value);
    }

    static JsonObject compactionItem() {
        return object("id", id("cmp_"), "type", "compaction", "encrypted_content", "scripted");
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

    private static JsonObject response(RequestBody body, Script script, JsonArray output) {
        return object(
                "id",
                script.id().orElseGet(() -> id("resp_")),
                "object",
                "response",
                "created_at",
                Instant.now().getEpochSecond(),
                "status",
                "completed",
                "background",
                body.background(),
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
                body.model().isEmpty() ? "scripted" : body.model(),
                "output",
                output,
                "parallel_tool_calls",
                true,
                "conversation",
                body.conversation() == null ? null : object("id", body.conversation()),
                "previous_response_id",
                body.previousResponseId(),
                "prompt_cache_key",
                null,
                "reasoning",
                object("effort", null, "summary", null),
                "safety_identifier",
                null,
                "service_tier",
                "default",
                "store",
                body.store(),
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
                usage(),
                "user",
                null,
                "metadata",
                object());
    }

    static JsonObject usage() {
        return object(
                "input_tokens", 25,
                "input_tokens_details", object("cached_tokens", 8, "cache_write_tokens", 0),
                "output_tokens", 12,
                "output_tokens_details", object("reasoning_tokens", 4),
                "total_tokens", 37);
    }

    private static String wholeText(Script script) {
        return script.endless() ? "" : script.texts().collect(Collectors.joining());
    }

    static JsonObject error(String message, String type, @Nullable String parameter, @Nullable String code) {
        return object("error", object("message", message, "type", type, "param", parameter, "code", code));
    }

    private static String masked(String key) {
        int shown = key.length() > 8 ? 4 : 0;
        return key.substring(0, shown) + "*".repeat(key.length() - 2 * shown) + key.substring(key.length() - shown);
    }
}
