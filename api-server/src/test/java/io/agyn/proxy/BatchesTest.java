package io.agyn.proxy;

import static io.agyn.proxy.Scene.text;
import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.database.PostgresTestResource;
import io.agyn.scripted.ReceivedCall;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Message batches: rewritten models, URLs of this server, results with summed usage, and lists of own batches. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class BatchesTest {
    private static final String BATCHES = "/v1/messages/batches";
    private static final Duration LOADED = Duration.ofSeconds(15);

    @RegisterExtension
    static final Scene SCENE = new Scene();

    @Test
    void onlyTheModelsOfABatchChange() throws Exception {
        String other = secondModel();
        String batch = """
                { "x": {"requests": [{"params": {"model": "no"}}]}, "requests" : [
                  {"custom_id": "1", "params": {"model": "%1$s", "messages": [{"model": "no", "n": 1.50}]}},
                  {"params": {"max_tokens": 1, "model": "%2$s"}, "custom_id": "2"},
                  {"custom_id": "3", "params": {"model": "%1$s"}}] }
                """;
        HttpResponse<byte[]> created = SCENE.post(BATCHES, batch.formatted(SCENE.messages(), other));
        assertThat(created.statusCode()).as(text(created)).isEqualTo(200);
        assertThat(SCENE.received().text()).isEqualTo(batch.formatted("gpt-4o", "second"));
    }

    @Test
    void largeBatchIsForwardedAsItArrives() throws Exception {
        String other = secondModel();
        String batch = IntStream.range(0, 5_000)
                .mapToObj(i -> request(i, i % 3 == 0 ? other : SCENE.messages(), "x".repeat(i % 200)))
                .collect(Collectors.joining(",", "{\"requests\":[", "]}"));
        HttpResponse<byte[]> created = SCENE.post(BATCHES, batch);
        assertThat(created.statusCode()).as(text(created)).isEqualTo(200);
        assertThat(SCENE.received().text())
                .isEqualTo(batch.replace('"' + other + '"', "\"second\"")
                        .replace('"' + SCENE.messages() + '"', "\"gpt-4o\""));
    }

    @Test
    void modelsOfTwoProvidersAreRejectedWithTheRequest() {
        String elsewhere = SCENE.messagesModel(SCENE.provider().origin() + "/v1");
        for (int size : new int[] {2, 4_000}) {
            SCENE.provider().forget();
            String batch = IntStream.range(0, size)
                    .mapToObj(i -> request(i, i == size - 1 ? elsewhere : SCENE.messages(), "x".repeat(100)))
                    .collect(Collectors.joining(",", "{\"requests\":[", "]}"));
            HttpResponse<byte[]> rejected = SCENE.post(BATCHES, batch);
            assertThat(rejected.statusCode()).isEqualTo(400);
            assertThat(message(rejected))
                    .startsWith("requests.%d.params.model: All requests of a batch need models of one LLM provider"
                            .formatted(size - 1));
            assertThat(SCENE.provider().received()).noneMatch(ReceivedCall::bodyEnded);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"requests\":[{\"params\":{\"model\":\"MODEL\"}},{\"params\":{}}]} | 400"
                        + " | requests.1.params.model: Field required",
                "{\"requests\":[{\"params\":{\"model\":\"MODEL\"}},{\"params\":{\"model\":\"nobody\"}}]} | 404"
                        + " | requests.1.params.model: No model \"nobody\"",
                "{\"requests\":[{\"params\":{\"model\":\"MODEL\"}},{\"params\":{\"model\":\"RESPONSES\"}}]} | 400"
                        + " | requests.1.params.model: All requests of a batch need",
                "{\"requests\":[]} | 400 | requests: List should have at least 1 item",
                "{} | 400 | requests: Field required",
            })
    void invalidBatchReachesNoProvider(String batch, int status, String message) {
        HttpResponse<byte[]> rejected =
                SCENE.post(BATCHES, batch.replace("MODEL", SCENE.messages()).replace("RESPONSES", SCENE.responses()));
        assertThat(rejected.statusCode()).as(text(rejected)).isEqualTo(status);
        assertThat(message(rejected)).startsWith(message);
        assertThat(SCENE.provider().received()).isEmpty();
    }

    @Test
    void usageOfResultsIsSummedOnce() {
        SCENE.provider().script("results=succeeded,errored,succeeded,expired");
        HttpResponse<byte[]> created = create(4);
        String path = BATCHES + "/" + id(created);
        assertThat(SCENE.record(created)).containsEntry("usage_unknown_reason", "pending");
        SCENE.call("GET", path);
        HttpResponse<byte[]> results = SCENE.call("GET", path + "/results");
        assertThat(results.statusCode()).isEqualTo(200);
        assertThat(text(results).lines()).hasSize(4);
        assertThat(text(results)).contains("\"custom_id\":\"3\"").contains("\"errored\"");
        await().atMost(LOADED).until(() -> SCENE.record(created).get("input_tokens") != null);
        assertThat(SCENE.call("GET", path + "/results").statusCode()).isEqualTo(200);
        assertThat(SCENE.record(created))
                .containsEntry("operation", "create_batch")
                .containsEntry("input_tokens", 11 + 13)
                .containsEntry("output_tokens", 2 * 36)
                .doesNotContainEntry("usage_unknown_reason", "pending");
        Map<String, Object> retrieval = SCENE.record(results);
        assertThat(retrieval).containsEntry("operation", "retrieve_batch_results");
        assertThat(retrieval.get("input_tokens")).isNull();
    }

    @Test
    void resultsUrlIsOnThisServer() {
        String path = BATCHES + "/" + id(create(1));
        JsonObject batch = new JsonObject(text(SCENE.call("GET", path)));
        assertThat(batch.getString("results_url"))
                .isEqualTo("http://127.0.0.1:" + RestAssured.port + path + "/results");
        // Numbers and the order of the members stay.
        assertThat(batch.fieldNames().iterator().next()).isEqualTo("id");
        assertThat(batch.getString("processing_status")).isEqualTo("ended");
    }

    @Test
    void batchIsCancelledAndDeleted() {
        String path = BATCHES + "/" + id(create(1));
        assertThat(text(SCENE.post(path + "/cancel", ""))).contains("canceling");
        SCENE.call("GET", path);
        assertThat(text(SCENE.call("DELETE", path))).contains("message_batch_deleted");
    }

    @Test
    void batchOfARenamedModelIsRetrievedUntilTheModelIsDeleted() {
        String name = secondModel();
        HttpResponse<byte[]> created = create(2, name);
        String path = BATCHES + "/" + id(created);
        assertThat(SCENE.call("GET", path).statusCode()).isEqualTo(200);
        Map<String, String> model = asAdmin()
                .queryParam("name", name)
                .get("/organizations/{id}/models", SCENE.organization())
                .jsonPath()
                .getMap("items[0]");
        String uri = "/organizations/" + SCENE.organization() + "/models/" + model.get("id");
        asAdmin()
                .body(Map.of(
                        "name",
                        Api.freshName("renamed"),
                        "provider_id",
                        model.get("provider_id"),
                        "remote_model_name",
                        "renamed"))
                .put(uri)
                .then()
                .statusCode(200);
        await().atMost(LOADED).until(() -> create404(name));
        assertThat(SCENE.call("GET", path + "/results").statusCode()).isEqualTo(200);
        await().atMost(LOADED).until(() -> SCENE.record(created).get("input_tokens") != null);
        assertThat(SCENE.record(created)).containsEntry("input_tokens", 11 + 12);

        asAdmin().delete(uri).then().statusCode(204);
        await().atMost(LOADED).until(() -> SCENE.call("GET", path).statusCode() == 404);
        assertThat(message(SCENE.call("GET", path + "/results")))
                .isEqualTo("Message batch with id '%s' not found.".formatted(id(created)));
    }

    private static boolean create404(String model) {
        return SCENE.post(BATCHES, "{\"requests\":[" + request(1, model, "") + "]}")
                        .statusCode()
                == 404;
    }

    @Test
    void forwardedHeadersOfStrangersAreIgnored() {
        HttpResponse<byte[]> created = create(1);
        JsonObject batch = new JsonObject(text(
                SCENE.call("GET", BATCHES + "/" + id(created), "x-forwarded-proto: https", "x-forwarded-host: evil")));
        assertThat(batch.getString("results_url")).startsWith("http://127.0.0.1:" + RestAssured.port + "/");
    }

    @Test
    void listHasOnlyTheBatchesOfTheOrganization() {
        String mine = id(create(1));
        String token = otherOrganization();
        String theirs = id(post(token, BATCHES, "{\"requests\":[" + request(1, "shared", "") + "]}"));
        assertThat(ids(SCENE.call("GET", BATCHES + "?limit=100", "x-agyn-model: " + SCENE.messages())))
                .contains(mine)
                .doesNotContain(theirs);
        // The only LLM provider of the organization needs no choice.
        assertThat(ids(call(token, "GET", BATCHES + "?limit=100")))
                .contains(theirs)
                .doesNotContain(mine);
    }

    @Test
    void othersGetTheErrorForUnknownBatches() {
        String id = id(create(1));
        String token = Api.tokenBoundTo(Api.organization());
        SCENE.provider().forget();
        for (String path : List.of("/" + id, "/" + id + "/results")) {
            HttpResponse<byte[]> foreign = call(token, "GET", BATCHES + path);
            assertThat(foreign.statusCode()).isEqualTo(404);
            assertThat(message(foreign)).isEqualTo("Message batch with id '%s' not found.".formatted(id));
        }
        assertThat(SCENE.provider().received()).isEmpty();
    }

    private static HttpResponse<byte[]> create(int size) {
        return create(size, SCENE.messages());
    }

    private static HttpResponse<byte[]> create(int size, String model) {
        HttpResponse<byte[]> created = SCENE.post(
                BATCHES,
                IntStream.range(0, size)
                        .mapToObj(i -> request(i, model, ""))
                        .collect(Collectors.joining(",", "{\"requests\":[", "]}")));
        assertThat(created.statusCode()).as(text(created)).isEqualTo(200);
        return created;
    }

    private static String request(int id, String model, String padding) {
        return "{\"custom_id\":\"%d\",\"params\":{\"max_tokens\":1,\"x\":\"%s\",\"model\":\"%s\"}}"
                .formatted(id, padding, model);
    }

    private static String id(HttpResponse<byte[]> batch) {
        return new JsonObject(text(batch)).getString("id");
    }

    private static List<String> ids(HttpResponse<byte[]> list) {
        assertThat(list.statusCode()).as(text(list)).isEqualTo(200);
        JsonArray data = new JsonObject(text(list)).getJsonArray("data");
        return Stream.of(data.stream().toArray())
                .map(batch -> ((JsonObject) batch).getString("id"))
                .toList();
    }

    private static String message(HttpResponse<byte[]> response) {
        return new JsonObject(text(response)).getJsonObject("error").getString("message");
    }

    /** A model of the provider of the scene's Messages model, whose remote name is "second". */
    private static String secondModel() {
        Map<String, String> model = new HashMap<>(Api.modelBody(Api.freshName("second"), providerOf(SCENE.messages())));
        model.put("remote_model_name", "second");
        return asAdmin()
                .body(model)
                .post("/organizations/{id}/models", SCENE.organization())
                .then()
                .statusCode(201)
                .extract()
                .path("name");
    }

    private static String providerOf(String model) {
        return asAdmin()
                .queryParam("name", model)
                .get("/organizations/{id}/models", SCENE.organization())
                .then()
                .extract()
                .path("items[0].provider_id");
    }

    /** A token of another organization with a model "shared" at the same vendor account. */
    private static String otherOrganization() {
        String organization = Api.organization();
        Map<String, Object> provider = new HashMap<>(Api.providerBody("x_api_key", Map.of("token", Scene.CREDENTIAL)));
        provider.put("endpoint", SCENE.provider().origin() + "/v1");
        provider.put("protocol", "anthropic_messages");
        String id = asAdmin()
                .body(provider)
                .post("/organizations/{id}/llm-providers", organization)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        asAdmin()
                .body(Api.modelBody("shared", id))
                .post("/organizations/{id}/models", organization)
                .then()
                .statusCode(201);
        return Api.tokenBoundTo(organization);
    }

    private static HttpResponse<byte[]> post(String token, String path, String body) {
        return SCENE.postWithoutToken(path, body, "authorization: Bearer " + token);
    }

    private static HttpResponse<byte[]> call(String token, String method, String path) {
        return SCENE.send(HttpRequest.newBuilder(Scene.uri(path))
                .timeout(Scene.PATIENCE)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .header("authorization", "Bearer " + token)
                .header("anthropic-version", "2023-06-01"));
    }
}
