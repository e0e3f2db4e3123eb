package io.agyn.scripted;

import static io.agyn.scripted.Dialect.OPENAI;
import static io.agyn.scripted.Dialect.array;
import static io.agyn.scripted.Dialect.id;
import static io.agyn.scripted.Dialect.object;
import static io.agyn.scripted.OpenAi.inputItem;
import static io.agyn.scripted.RequestBody.objects;

import io.agyn.scripted.Operation.Match;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** OpenAI's stored responses and conversations. */
final class OpenAiObjects {

    private static final int MOST_ITEMS = 1_000;

    private record Conversation(String id, JsonObject json, List<JsonObject> items) {}

    private final boolean keepsDeleted;
    private final ObjectStore<StoredResponse> responses = new ObjectStore<>();
    private final ObjectStore<Conversation> conversations = new ObjectStore<>();

    /** @param keepsDeleted whether deleted objects stay */
    OpenAiObjects(boolean keepsDeleted) {
        this.keepsDeleted = keepsDeleted;
    }

    void add(StoredResponse response) {
        int size = response.request().length + response.response().encode().length();
        responses.put(response.id(), response, size);
    }

    Optional<StoredResponse> response(String id) {
        return responses.get(id);
    }

    boolean hasConversation(String id) {
        return conversations.get(id).isPresent();
    }

    /** Adds the input and output of a response to its conversation. */
    void addToConversation(String id, StoredResponse response) {
        conversations.get(id).ifPresent(conversation -> {
            Stream<JsonObject> output = objects(response.response().getJsonArray("output"));
            put(conversation, Stream.concat(input(response).stream(), output).toList());
        });
    }

    Response respond(Match match, HttpServerRequest request, byte[] body, Script script) {
        return switch (match.operation()) {
            case RETRIEVE_RESPONSE, DELETE_RESPONSE, CANCEL_RESPONSE, LIST_INPUT_ITEMS -> {
                String id = match.ids().getFirst();
                yield responses
                        .get(id)
                        .map(response -> respond(match.operation(), response, request, script))
                        .orElseGet(() -> plain(404, OpenAi.unknown("Response", id), script));
            }
            case CREATE_CONVERSATION -> create(json(body), script);
            default -> {
                String id = match.ids().getFirst();
                yield conversations
                        .get(id)
                        .map(conversation -> respond(match, conversation, request, body, script))
                        .orElseGet(() -> plain(404, OpenAi.unknown("Conversation", id), script));
            }
        };
    }

    private Response respond(Operation operation, StoredResponse response, HttpServerRequest request, Script script) {
        switch (operation) {
            case RETRIEVE_RESPONSE -> {
                if (!"true".equals(request.getParam("stream"))) {
                    return plain(200, response.retrieve(), script);
                }
                response.retrieve();
                String after = request.getParam("starting_after", "");
                int from = after.matches("\\d{1,9}") ? Integer.parseInt(after) + 1 : 0;
                return Response.streamed(OPENAI, OPENAI.events(response.response(), response.script()), script, from);
            }
            case DELETE_RESPONSE -> {
                if (!keepsDeleted) {
                    responses.remove(response.id());
                }
                return plain(200, object("id", response.id(), "object", "response", "deleted", true), script);
            }
            case CANCEL_RESPONSE -> {
                return response.isBackground()
                        ? plain(200, response.cancel(), script)
                        : plain(400, OPENAI.invalid("Cannot cancel a synchronous response.", null), script);
            }
            default -> {
                return plain(200, list(input(response), request), script);
            }
        }
    }

    private Response create(JsonObject body, Script script) {
        String id = script.id().orElseGet(() -> id("conv_"));
        JsonObject json = object(
                "id",
                id,
                "object",
                "conversation",
                "created_at",
                Instant.now().getEpochSecond(),
                "metadata",
                body.getJsonObject("metadata", object()));
        put(new Conversation(id, json, List.of()), added(body));
        return plain(200, json, script);
    }

    private Response respond(
            Match match, Conversation conversation, HttpServerRequest request, byte[] body, Script script) {
        switch (match.operation()) {
            case UPDATE_CONVERSATION -> {
                JsonObject metadata = json(body).getJsonObject("metadata", object());
                JsonObject json = conversation.json.copy().put("metadata", metadata);
                put(new Conversation(conversation.id, json, conversation.items), List.of());
                return plain(200, json, script);
            }
            case DELETE_CONVERSATION -> {
                if (!keepsDeleted) {
                    conversations.remove(conversation.id);
                }
                return plain(
                        200, object("id", conversation.id, "object", "conversation.deleted", "deleted", true), script);
            }
            case LIST_ITEMS -> {
                return plain(200, list(conversation.items, request), script);
            }
            case ADD_ITEMS -> {
                List<JsonObject> added = added(json(body));
                put(conversation, added);
                return plain(200, page(added, false), script);
            }
            case RETRIEVE_ITEM, DELETE_ITEM -> {
                return item(match, conversation, script);
            }
            default -> {
                return plain(200, conversation.json, script);
            }
        }
    }

    private Response item(Match match, Conversation conversation, Script script) {
        String id = match.ids().get(1);
        Predicate<JsonObject> named = item -> id.equals(item.getString("id"));
        Optional<JsonObject> item = conversation.items.stream().filter(named).findFirst();
        if (item.isEmpty()) {
            return plain(404, OpenAi.unknown("Item", id), script);
        }
        if (match.operation() == Operation.RETRIEVE_ITEM) {
            return plain(200, item.get(), script);
        }
        if (!keepsDeleted) {
            List<JsonObject> others =
                    conversation.items.stream().filter(named.negate()).toList();
            put(new Conversation(conversation.id, conversation.json, others), List.of());
        }
        return plain(200, conversation.json, script);
    }

    /** Adds items at the end, without the oldest above the limit. */
    private void put(Conversation conversation, List<JsonObject> added) {
        List<JsonObject> items = Stream.concat(conversation.items.stream(), added.stream())
                .skip(Math.max(0, conversation.items.size() + added.size() - MOST_ITEMS))
                .toList();
        int size = items.stream().mapToInt(item -> item.encode().length()).sum();
        conversations.put(conversation.id, new Conversation(conversation.id, conversation.json, items), size);
    }

    private static List<JsonObject> added(JsonObject body) {
        return objects(body.getValue("items"))
                .map(item -> inputItem(item, id("msg_")))
                .toList();
    }

    private static List<JsonObject> input(StoredResponse response) {
        Object input = json(response.request()).getValue("input");
        List<JsonObject> given = input instanceof String text
                ? List.of(object("role", "user", "content", text))
                : objects(input).toList();
        return IntStream.range(0, given.size())
                .mapToObj(i -> inputItem(given.get(i), "msg_%s_%d".formatted(response.id(), i)))
                .toList();
    }

    /** A page of items, the newest first unless the query says otherwise. */
    private static JsonObject list(List<JsonObject> items, HttpServerRequest request) {
        List<JsonObject> ordered = new ArrayList<>(items);
        if (!"asc".equals(request.getParam("order"))) {
            Collections.reverse(ordered);
        }
        String after = request.getParam("after");
        int from = IntStream.range(0, ordered.size())
                .filter(i -> ordered.get(i).getString("id").equals(after))
                .map(i -> i + 1)
                .findFirst()
                .orElse(0);
        String limit = request.getParam("limit", "20");
        int size = limit.matches("\\d{1,3}") ? Integer.parseInt(limit) : 20;
        int to = Math.min(ordered.size(), from + size);
        return page(ordered.subList(from, to), to < ordered.size());
    }

    private static JsonObject page(List<JsonObject> items, boolean more) {
        return object(
                "object",
                "list",
                "data",
                new JsonArray(new ArrayList<>(items)),
                "first_id",
                items.isEmpty() ? "" : items.getFirst().getString("id"),
                "last_id",
                items.isEmpty() ? "" : items.getLast().getString("id"),
                "has_more",
                more);
    }

    /** The compaction of an input: its user messages and one item that stands for the others. */
    static JsonObject compaction(byte[] body) {
        JsonArray output = array();
        objects(json(body).getValue("input"))
                .filter(item -> "user".equals(item.getValue("role")))
                .forEach(item -> output.add(inputItem(item, id("msg_"))));
        output.add(OpenAi.compactionItem());
        return object(
                "id",
                id("resp_"),
                "object",
                "response.compaction",
                "created_at",
                Instant.now().getEpochSecond(),
                "output",
                output,
                "usage",
                OpenAi.usage());
    }

    private static JsonObject json(byte[] body) {
        return body.length == 0 ? new JsonObject() : new JsonObject(Buffer.buffer(body));
    }

    private static Response plain(int status, JsonObject json, Script script) {
        return Response.plain(OPENAI, status, json.copy(), script);
    }
}
