package io.agyn.scripted;

import static io.agyn.scripted.Client.RESPONSES;
import static io.agyn.scripted.Client.types;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** OpenAI's stored responses and conversations. */
@Timeout(60)
class StoredObjectsTest extends ProviderScene {

    private static final String BACKGROUND = "{\"model\":\"m-1\",\"background\":true,\"input\":\"Hi\",\"stream\":%s}";

    @Test
    void responseIsStoredUntilDeleted() throws Exception {
        JsonObject created = client.json(RESPONSES, "{\"model\":\"m-1\",\"input\":\"Hi\"}", "x-scripted", "id=resp_1");
        JsonObject items = client.get("/v1/responses/resp_1/input_items");

        assertThat(created.getString("id")).isEqualTo("resp_1");
        assertThat(client.get("/v1/responses/resp_1")).isEqualTo(created);
        assertThat(items.getJsonArray("data")
                        .getJsonObject(0)
                        .getJsonArray("content")
                        .encode())
                .isEqualTo("[{\"type\":\"input_text\",\"text\":\"Hi\"}]");
        assertThat(client.call("POST", "/v1/responses/resp_1/cancel", "").body())
                .contains("Cannot cancel a synchronous response.");
        assertThat(client.call("DELETE", "/v1/responses/resp_1", "").body())
                .isEqualTo("{\"id\":\"resp_1\",\"object\":\"response\",\"deleted\":true}");
        HttpResponse<String> missing = client.call("GET", "/v1/responses/resp_1", "");
        assertThat(missing.statusCode()).isEqualTo(404);
        assertThat(missing.body()).contains("Response with id 'resp_1' not found.");
    }

    @Test
    void previousResponseMustBeStored() throws Exception {
        client.json(RESPONSES, "{\"model\":\"m-1\",\"store\":false}", "x-scripted", "id=resp_1");
        client.json(RESPONSES, "{\"model\":\"m-1\"}", "x-scripted", "id=resp_2");

        HttpResponse<String> unknown =
                client.send(RESPONSES, "{\"model\":\"m-1\",\"previous_response_id\":\"resp_1\"}");
        assertThat(unknown.statusCode()).isEqualTo(400);
        assertThat(new JsonObject(unknown.body()).getJsonObject("error").getString("code"))
                .isEqualTo("previous_response_not_found");
        assertThat(client.send(RESPONSES, "{\"model\":\"m-1\",\"previous_response_id\":\"resp_2\"}")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void backgroundResponseCompletesByRetrievals() throws Exception {
        JsonObject created = client.json(RESPONSES, BACKGROUND.formatted(false));
        String path = "/v1/responses/" + created.getString("id");

        assertThat(created.getString("status")).isEqualTo("queued");
        assertThat(created.getValue("usage")).isNull();
        assertThat(client.get(path).getString("status")).isEqualTo("in_progress");
        JsonObject completed = client.get(path);
        assertThat(completed.getString("status")).isEqualTo("completed");
        assertThat(completed.getJsonObject("usage").getInteger("total_tokens")).isEqualTo(37);
    }

    @Test
    void backgroundResponseIsCancelled() throws Exception {
        String path = "/v1/responses/"
                + client.json(RESPONSES, BACKGROUND.formatted(false), "x-scripted", "background=1m")
                        .getString("id");

        assertThat(client.get(path).getString("status")).isEqualTo("in_progress");
        JsonObject cancelled = client.json(path + "/cancel", "");
        assertThat(cancelled.getString("status")).isEqualTo("cancelled");
        assertThat(client.json(path + "/cancel", "")).isEqualTo(cancelled);
        assertThat(client.get(path)).isEqualTo(cancelled);
    }

    @Test
    void backgroundStreamIsResumed() throws Exception {
        List<JsonObject> events = client.events(RESPONSES, BACKGROUND.formatted(true));
        String id = events.getFirst().getJsonObject("response").getString("id");
        List<JsonObject> resumed =
                Client.events(client.call("GET", "/v1/responses/%s?stream=true&starting_after=3".formatted(id), "")
                        .body());

        assertThat(types(events))
                .startsWith("response.created", "response.queued", "response.in_progress")
                .endsWith("response.completed");
        assertThat(resumed).isEqualTo(events.subList(4, events.size()));
        assertThat(client.get("/v1/responses/" + id).getString("status")).isEqualTo("completed");
    }

    @Test
    void conversationKeepsItems() throws Exception {
        client.json("/v1/conversations", "{\"metadata\":{\"a\":\"b\"}}", "x-scripted", "id=conv_1");
        String items = "/v1/conversations/conv_1/items";
        JsonObject added = client.json(items, "{\"items\":[{\"id\":\"msg_1\",\"role\":\"user\",\"content\":\"x\"}]}");
        client.json(RESPONSES, "{\"model\":\"m-1\",\"input\":\"Hi\",\"conversation\":{\"id\":\"conv_1\"}}");
        JsonObject first = client.get(items + "?order=asc&limit=2");
        JsonObject rest = client.get(items + "?order=asc&after=" + first.getString("last_id"));

        assertThat(added.getString("first_id")).isEqualTo("msg_1");
        assertThat(first.getBoolean("has_more")).isTrue();
        assertThat(rest.getJsonArray("data").getJsonObject(0).getString("role")).isEqualTo("assistant");
        assertThat(client.get(items + "/msg_1").getString("role")).isEqualTo("user");
        assertThat(client.call("DELETE", items + "/msg_1", "").statusCode()).isEqualTo(200);
        assertThat(client.call("GET", items + "/msg_1", "").statusCode()).isEqualTo(404);
        assertThat(client.json("/v1/conversations/conv_1", "{\"metadata\":{}}")
                        .getJsonObject("metadata")
                        .isEmpty())
                .isTrue();
        assertThat(client.call("DELETE", "/v1/conversations/conv_1", "").body()).contains("conversation.deleted");
        assertThat(client.send(RESPONSES, "{\"model\":\"m-1\",\"conversation\":\"conv_1\"}")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void inputIsCompacted() throws Exception {
        JsonObject compaction = client.json(
                "/v1/responses/compact",
                "{\"model\":\"m-1\",\"input\":[{\"role\":\"user\",\"content\":\"x\"},{\"type\":\"reasoning\"}]}");

        assertThat(compaction.getJsonArray("output").stream().map(item -> ((JsonObject) item).getString("type")))
                .containsExactly("message", "compaction");
    }

    @Test
    void inputWithATriggerIsCompactedInAStream() throws Exception {
        String input = "[{\"role\":\"user\",\"content\":\"x\"},{\"type\":\"compaction_trigger\"}]";
        String events = client.send(RESPONSES, "{\"model\":\"m-1\",\"stream\":true,\"input\":%s}".formatted(input))
                .body();

        assertThat(events)
                .contains("response.output_item.done", "\"type\":\"compaction\"")
                .doesNotContain("output_text");
    }

    @Test
    void lenientProviderNeedsNoModelAndKeepsDeletedObjects() throws Exception {
        try (ScriptedProvider lenient =
                ScriptedProvider.start(Options.defaults().asLenient())) {
            Client caller = new Client(lenient);
            String path = "/v1/responses/" + caller.json(RESPONSES, "{}").getString("id");
            assertThat(caller.call("DELETE", path, "").statusCode()).isEqualTo(200);
            assertThat(caller.call("GET", path, "").statusCode()).isEqualTo(200);
        }
        JsonObject missing = client.json(RESPONSES, "{}").getJsonObject("error");
        assertThat(missing.getString("code")).isEqualTo("missing_required_parameter");
    }
}
