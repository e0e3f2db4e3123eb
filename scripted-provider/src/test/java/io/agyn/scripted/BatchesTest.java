package io.agyn.scripted;

import static io.agyn.scripted.Client.MESSAGES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Anthropic's message batches. */
@Timeout(60)
class BatchesTest extends ProviderScene {

    private static final String BATCHES = MESSAGES + "/batches";
    private static final String BODY = """
            {"requests":[{"custom_id":"a","params":{"messages":[{"model":1}],"model":"m-1"}},
            {"params":{"model":"m-2"},"custom_id":"b"}],"other":{"requests":[]}}""";

    @Test
    void batchEndsAndHasResultsAtAnAbsoluteUrl() throws Exception {
        String path = BATCHES + "/" + client.json(BATCHES, BODY).getString("id");
        assertThat(client.call("GET", path + "/results", "").statusCode()).isEqualTo(400);
        JsonObject ended = client.get(path);
        HttpResponse<String> results = client.call("GET", path + "/results", "");
        List<JsonObject> lines =
                Stream.of(results.body().split("\n")).map(JsonObject::new).toList();

        assertThat(ended.getString("processing_status")).isEqualTo("ended");
        assertThat(ended.getJsonObject("request_counts").getInteger("succeeded"))
                .isEqualTo(2);
        assertThat(ended.getString("results_url")).isEqualTo(provider.origin() + path + "/results");
        assertThat(results.headers().firstValue("content-type")).contains("application/x-jsonl");
        assertThat(results.body()).doesNotEndWith("\n");
        assertThat(lines).extracting(line -> line.getString("custom_id")).containsExactly("a", "b");
        assertThat(lines)
                .extracting(line -> line.getJsonObject("result").getJsonObject("message"))
                .extracting(message -> message.getString("model"), message -> message.getJsonObject("usage")
                        .getInteger("input_tokens"))
                .containsExactly(tuple("m-1", 11), tuple("m-2", 12));
    }

    @Test
    void resultsAreScripted() throws Exception {
        String path = BATCHES + "/"
                + client.json(BATCHES, BODY, "x-scripted", "id=msgbatch_1;background=0ms;results=errored,expired")
                        .getString("id");

        assertThat(path).endsWith("msgbatch_1");
        assertThat(client.call("GET", path + "/results", "").body())
                .contains("\"errored\",\"error\":{\"type\":\"error\"", "\"expired\"");
        assertThat(client.get(path).getJsonObject("request_counts").encode())
                .isEqualTo("{\"processing\":0,\"succeeded\":0,\"errored\":1,\"canceled\":0,\"expired\":1}");
    }

    @Test
    void batchIsCancelledAndDeleted() throws Exception {
        String path = BATCHES + "/" + client.json(BATCHES, BODY).getString("id");
        assertThat(client.call("DELETE", path, "").statusCode()).isEqualTo(400);
        assertThat(client.json(path + "/cancel", "").getString("processing_status"))
                .isEqualTo("canceling");
        assertThat(client.get(path).getJsonObject("request_counts").getInteger("canceled"))
                .isEqualTo(2);
        assertThat(client.call("DELETE", path, "").body()).contains("message_batch_deleted");
        assertThat(client.call("GET", path, "").statusCode()).isEqualTo(404);
    }

    @Test
    void batchesAreListedTheNewestFirst() throws Exception {
        for (int i = 1; i <= 3; i++) {
            client.json(BATCHES, BODY, "x-scripted", "id=b" + i);
        }
        JsonObject first = client.get(BATCHES + "?limit=2");
        JsonObject second = client.get(BATCHES + "?limit=2&after_id=b2");
        JsonObject back = client.get(BATCHES + "?limit=2&before_id=b1");

        assertThat(List.of(first.getString("first_id"), first.getString("last_id"), first.getBoolean("has_more")))
                .isEqualTo(List.of("b3", "b2", true));
        assertThat(List.of(second.getString("first_id"), second.getString("last_id"), second.getBoolean("has_more")))
                .isEqualTo(List.of("b1", "b1", false));
        assertThat(back.getString("first_id")).isEqualTo("b3");
    }

    @Test
    void everyRequestNeedsAModel() throws Exception {
        assertThat(client.json(BATCHES, "{\"requests\":[{\"custom_id\":\"a\",\"params\":{}}]}")
                        .getJsonObject("error")
                        .getString("message"))
                .isEqualTo("requests.0.params.model: Field required");
        assertThat(client.send(BATCHES, "{}").statusCode()).isEqualTo(400);
        assertThat(client.send(BATCHES, "{\"requests\":").statusCode()).isEqualTo(400);
    }
}
