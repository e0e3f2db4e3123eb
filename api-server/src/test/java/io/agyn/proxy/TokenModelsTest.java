package io.agyn.proxy;

import static io.agyn.proxy.Scene.body;
import static io.agyn.proxy.Scene.text;
import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls by tokens that can call only some models, or none. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class TokenModelsTest {
    private static final Duration EFFECTIVE = Duration.ofSeconds(1);

    @RegisterExtension
    static final Scene SCENE = new Scene();

    private String allowed;
    private String allowedId;
    private String token;
    private String tokenId;

    /** A token for one model; the scene's models are at other LLM providers. */
    @BeforeEach
    void createToken() {
        Map<String, Object> provider = new HashMap<>(Api.providerBody("bearer", Map.of("token", Scene.CREDENTIAL)));
        provider.put("endpoint", SCENE.provider().origin() + "/v1");
        String providerId = asAdmin()
                .body(provider)
                .post("/organizations/{id}/llm-providers", SCENE.organization())
                .path("id");
        allowedId = Api.model(SCENE.organization(), providerId);
        allowed = Scene.name(SCENE.organization(), allowedId);
        JsonObject created = new JsonObject(asAdmin()
                .body(Api.tokenBody(Map.of(
                        "organization_id",
                        SCENE.organization(),
                        "model_ids",
                        List.of(allowedId),
                        "scopes",
                        List.of("call_models"))))
                .post("/api-tokens")
                .asString());
        token = created.getString("token");
        tokenId = created.getString("id");
    }

    @Test
    void tokenCallsOnlyItsModels() {
        assertThat(post("/v1/responses", body(allowed)).statusCode()).isEqualTo(200);
        SCENE.provider().forget();

        assertRefused(post("/v1/responses", body(SCENE.responses())), SCENE.responses());
        assertRefused(post("/v1/messages", body(SCENE.messages())), SCENE.messages());
        assertRefused(post("/v1/messages/count_tokens", body(SCENE.messages())), SCENE.messages());
        assertThat(SCENE.provider().received()).isEmpty();
    }

    @Test
    void refusalsAreInTheDialectOfTheirPath() {
        JsonObject openAi = new JsonObject(text(post("/v1/responses", body(SCENE.responses())))).getJsonObject("error");
        assertThat(openAi.getString("code")).isEqualTo("model_not_allowed");
        assertThat(openAi.getString("param")).isEqualTo("model");
        JsonObject anthropic =
                new JsonObject(text(post("/v1/messages", body(SCENE.messages())))).getJsonObject("error");
        assertThat(anthropic.getString("type")).isEqualTo("permission_error");
        assertThat(anthropic.getString("message")).contains(SCENE.messages());
    }

    @Test
    void everyModelOfABatchIsChecked() {
        Map<String, Object> provider = new HashMap<>(Api.providerBody("x_api_key", Map.of("token", Scene.CREDENTIAL)));
        provider.putAll(Map.of("endpoint", SCENE.provider().origin() + "/v1", "protocol", "anthropic_messages"));
        String providerId = asAdmin()
                .body(provider)
                .post("/organizations/{id}/llm-providers", SCENE.organization())
                .path("id");
        String first = Api.model(SCENE.organization(), providerId);
        String firstName = Scene.name(SCENE.organization(), first);
        String second = Scene.name(SCENE.organization(), Api.model(SCENE.organization(), providerId));
        token = Api.token(Map.of("organization_id", SCENE.organization(), "model_ids", List.of(first)));
        String batch = """
                {"requests": [{"custom_id": "1", "params": {"model": "%s"}},
                 {"custom_id": "2", "params": {"model": "%s"}}]}\
                """;

        HttpResponse<byte[]> refused = post("/v1/messages/batches", batch.formatted(firstName, second));
        assertRefused(refused, second);
        assertThat(text(refused)).contains("requests.1.params.model");
        assertThat(post("/v1/messages/batches", batch.formatted(firstName, firstName))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void modelOfTheHeaderIsChecked() {
        HttpResponse<byte[]> refused =
                post("/v1/responses", "{\"input\":\"Hi\"}", "x-agyn-model: " + SCENE.responses());
        assertRefused(refused, SCENE.responses());
    }

    @Test
    void storedResponsesOfOtherModelsAreRefused() {
        String id = new JsonObject(text(SCENE.post("/v1/responses", body(SCENE.responses())))).getString("id");
        String own = new JsonObject(text(post("/v1/responses", body(allowed)))).getString("id");

        assertRefused(get("/v1/responses/" + id), SCENE.responses());
        HttpResponse<byte[]> referring =
                post("/v1/responses", body(allowed, "\"previous_response_id\":\"" + id + "\""));
        assertThat(referring.statusCode()).as(text(referring)).isEqualTo(403);
        assertThat(referring.headers().firstValue("x-agyn-error")).contains("model_not_allowed");
        assertThat(get("/v1/responses/" + own).statusCode()).isEqualTo(200);
    }

    @Test
    void webSocketMessagesAreChecked() throws Exception {
        try (WebSocketCaller caller = WebSocketCaller.connect("authorization: Bearer " + token)) {
            caller.send(
                    "{\"type\":\"response.create\"," + body(SCENE.responses()).substring(1));
            JsonObject event = caller.response().getLast();
            assertThat(event.toString()).contains("model_not_allowed", SCENE.responses());
            caller.send("{\"type\":\"response.create\"," + body(allowed).substring(1));
            assertThat(caller.response().getLast().getString("type")).isEqualTo("response.completed");
        }
    }

    @Test
    void listHasOnlyTheTokensModels() {
        JsonObject list = new JsonObject(text(get("/v1/models")));
        assertThat(list.getJsonArray("data")).hasSize(1);
        assertThat(list.getJsonArray("data").getJsonObject(0).getString("id")).isEqualTo(allowed);
        assertThat(get("/v1/models/" + allowed).statusCode()).isEqualTo(200);
        assertThat(get("/v1/models/" + SCENE.responses()).statusCode()).isEqualTo(404);
    }

    @Test
    void renamedModelStaysAllowed() {
        Map<String, Object> stored = Api.get("/organizations/{o}/models/{id}", SCENE.organization(), allowedId)
                .extract()
                .path("");
        String renamed = Api.freshName("renamed");
        asAdmin()
                .body(Map.of(
                        "name",
                        renamed,
                        "provider_id",
                        stored.get("provider_id"),
                        "remote_model_name",
                        stored.get("remote_model_name")))
                .put("/organizations/{o}/models/{id}", SCENE.organization(), allowedId)
                .then()
                .statusCode(200);
        awaitStatus(200, renamed);
    }

    @Test
    void changesAreEffectiveWithinASecond() {
        assertThat(post("/v1/responses", body(allowed)).statusCode()).isEqualTo(200);
        change(List.of("call_models"), List.of());
        awaitStatus(403, allowed);
        change(List.of("call_models"), null);
        awaitStatus(200, SCENE.responses());
        change(List.of("read"), null);
        awaitStatus(403, allowed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "manage", "manage_tokens", "reveal"})
    void otherScopesCallNoModel(String scope) {
        token = Api.token(Map.of("organization_id", SCENE.organization(), "scopes", List.of(scope)));
        List<HttpResponse<byte[]>> refused = List.of(
                post("/v1/responses", body(SCENE.responses())),
                post("/v1/messages", body(SCENE.messages())),
                get("/v1/models"),
                get("/v1/models/" + SCENE.responses()),
                get("/v1/responses/resp_1"));
        for (HttpResponse<byte[]> response : refused) {
            assertThat(response.statusCode()).as(text(response)).isEqualTo(403);
            assertThat(response.headers().firstValue("x-agyn-error")).contains("insufficient_scope");
            assertThat(text(response)).contains("call_models");
        }
        assertThat(SCENE.provider().received()).isEmpty();
    }

    private static void assertRefused(HttpResponse<byte[]> response, String model) {
        assertThat(response.statusCode()).as(text(response)).isEqualTo(403);
        assertThat(response.headers().firstValue("x-agyn-error")).contains("model_not_allowed");
        assertThat(text(response)).contains("cannot call the model").contains(model);
    }

    private void change(List<String> scopes, List<String> models) {
        Map<String, Object> body = new HashMap<>(Map.of("description", "changed", "scopes", scopes));
        body.put("model_ids", models);
        asAdmin().body(body).put("/api-tokens/{id}", tokenId).then().statusCode(200);
    }

    private HttpResponse<byte[]> post(String path, String body, String... headers) {
        return SCENE.send(Scene.request(path, body, headers).header("authorization", "Bearer " + token));
    }

    private HttpResponse<byte[]> get(String path) {
        return SCENE.send(Scene.request(path, "")
                .method("GET", BodyPublishers.noBody())
                .header("authorization", "Bearer " + token));
    }

    private void awaitStatus(int status, String model) {
        await("the change is effective within a second")
                .atMost(EFFECTIVE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> post("/v1/responses", body(model)).statusCode() == status);
    }
}
