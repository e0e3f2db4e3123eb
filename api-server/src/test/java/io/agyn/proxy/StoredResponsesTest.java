package io.agyn.proxy;

import static io.agyn.proxy.Scene.body;
import static io.agyn.proxy.Scene.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.database.PostgresTestResource;
import io.agyn.scripted.Header;
import io.agyn.scripted.ReceivedCall;
import io.agyn.scripted.ScriptedProvider;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls of responses that an LLM provider stores: they reach the provider that has them, for its organization only. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class StoredResponsesTest {
    private static final Duration IN_FORCE = Duration.ofSeconds(1);

    @RegisterExtension
    static final Scene SCENE = new Scene();

    @Test
    void storedResponseIsRetrievedListedAndDeleted() {
        HttpResponse<byte[]> created = SCENE.post("/v1/responses", body(SCENE.responses()));
        String path = "/v1/responses/" + id(created);
        SCENE.provider().forget();

        HttpResponse<byte[]> retrieved = SCENE.call("GET", path + "?include[]=reasoning.encrypted_content&x=%41");
        assertThat(retrieved.statusCode()).isEqualTo(200);
        assertThat(text(retrieved)).isEqualTo(text(created));
        ReceivedCall call = SCENE.provider().received().getFirst();
        assertThat(call.method()).isEqualTo("GET");
        assertThat(call.target()).isEqualTo(path + "?include[]=reasoning.encrypted_content&x=%41");
        assertThat(call.values("content-length")).isEmpty();
        assertThat(call.values("transfer-encoding")).isEmpty();
        assertThat(call.values("authorization")).containsExactly("Bearer " + Scene.CREDENTIAL);

        assertThat(text(SCENE.call("GET", path + "/input_items?limit=1"))).contains("input_text");
        HttpResponse<byte[]> cancelled = SCENE.post(path + "/cancel", "");
        assertThat(cancelled.statusCode()).isEqualTo(400);
        assertThat(text(cancelled)).contains("Cannot cancel a synchronous response.");
        assertThat(text(SCENE.call("DELETE", path))).contains("\"deleted\":true");
        // The provider's own words.
        HttpResponse<byte[]> deleted = SCENE.call("GET", path);
        assertThat(deleted.statusCode()).isEqualTo(404);
        assertThat(deleted.headers().firstValue("x-agyn-error")).isEmpty();
    }

    @Test
    void streamIsRetrievedFromASequenceNumber() {
        HttpResponse<byte[]> stream =
                SCENE.post("/v1/responses", body(SCENE.responses(), "\"stream\":true", "\"background\":true"));
        String all = text(stream);
        String id = all.replaceFirst("(?s).*?\"id\":\"(resp_[^\"]+)\".*", "$1");
        HttpResponse<byte[]> resumed = SCENE.call("GET", "/v1/responses/" + id + "?stream=true&starting_after=3");
        assertThat(resumed.statusCode()).isEqualTo(200);
        assertThat(resumed.headers().firstValue("content-type").orElse("")).startsWith("text/event-stream");
        assertThat(all).endsWith(text(resumed));
        assertThat(text(resumed)).contains("\"sequence_number\":4").doesNotContain("\"sequence_number\":3,");
    }

    @Test
    void eachResponseIsRetrievedWhereItWasCreated() {
        try (ScriptedProvider other = ScriptedProvider.start()) {
            other.accept(new Header("authorization", "Bearer " + Scene.CREDENTIAL));
            String model = SCENE.responsesModel(other.origin() + "/v1");
            String here = id(SCENE.post("/v1/responses", body(SCENE.responses())));
            String there = id(SCENE.post("/v1/responses", body(model)));
            SCENE.provider().forget();
            other.forget();
            assertThat(SCENE.call("GET", "/v1/responses/" + here).statusCode()).isEqualTo(200);
            assertThat(SCENE.call("GET", "/v1/responses/" + there).statusCode()).isEqualTo(200);
            assertThat(SCENE.provider().received()).hasSize(1);
            assertThat(other.received()).hasSize(1);
        }
    }

    @Test
    void othersGetTheErrorForUnknownResponses() {
        String id = id(SCENE.post("/v1/responses", body(SCENE.responses())));
        // An account at the same provider does not help: ids are no proof of access.
        String other = Api.organization();
        String token = Api.tokenBoundTo(other);
        SCENE.provider().forget();
        for (String method : List.of("GET", "DELETE")) {
            HttpResponse<byte[]> foreign = call(token, method, "/v1/responses/" + id);
            HttpResponse<byte[]> unknown = call(token, method, "/v1/responses/resp_unknown");
            assertThat(foreign.statusCode()).isEqualTo(404);
            assertThat(foreign.headers().firstValue("x-agyn-error")).contains("stored_object_not_found");
            assertThat(text(foreign).replace(id, "resp_unknown")).isEqualTo(text(unknown));
            JsonObject error = new JsonObject(text(foreign)).getJsonObject("error");
            assertThat(error.getString("message")).isEqualTo("Response with id '%s' not found.".formatted(id));
            assertThat(error.getString("type")).isEqualTo("invalid_request_error");
            assertThat(error.getValue("code")).isNull();
        }
        assertThat(SCENE.provider().received()).isEmpty();
        assertThat(SCENE.call("GET", "/v1/responses/" + id).statusCode()).isEqualTo(200);
    }

    @Test
    void unstoredResponseIsNotRemembered() {
        String id = id(SCENE.post("/v1/responses", body(SCENE.responses(), "\"store\":false")));
        SCENE.provider().forget();
        assertThat(SCENE.call("GET", "/v1/responses/" + id).statusCode()).isEqualTo(404);
        assertThat(SCENE.provider().received()).isEmpty();
    }

    @Test
    void removedMemberNoLongerRetrievesResponses() {
        String user = Api.user();
        Api.join(SCENE.organization(), user, "member");
        String token = Api.tokenOf(user);
        String path = "/v1/responses/" + id(SCENE.post("/v1/responses", body(SCENE.responses())));
        assertThat(call(token, "GET", path).statusCode()).isEqualTo(200);
        Api.leave(SCENE.organization(), user);
        await().atMost(IN_FORCE.multipliedBy(3))
                .until(() -> call(token, "GET", path).statusCode() == 404);
    }

    @Test
    void responseOfAMovedModelIsRetrievedAtItsOldProvider() {
        String provider = Api.asAdmin()
                .body(providerBody())
                .post("/organizations/{id}/llm-providers", SCENE.organization())
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        String model = Api.model(SCENE.organization(), provider);
        String path = "/v1/responses/" + id(SCENE.post("/v1/responses", body(model)));

        String elsewhere = Api.provider(SCENE.organization(), Api.secret(SCENE.organization(), "sk"));
        Map<String, Object> moved = Api.get("/organizations/{org}/models/{id}", SCENE.organization(), model)
                .extract()
                .jsonPath()
                .getMap("$");
        Api.asAdmin()
                .body(Map.of(
                        "name", moved.get("name"),
                        "provider_id", elsewhere,
                        "remote_model_name", moved.get("remote_model_name")))
                .put("/organizations/{org}/models/{id}", SCENE.organization(), model)
                .then()
                .statusCode(200);
        await().pollDelay(IN_FORCE).until(() -> true);
        SCENE.provider().forget();
        assertThat(SCENE.call("GET", path).statusCode()).isEqualTo(200);
        assertThat(SCENE.provider().received()).hasSize(1);

        Api.asAdmin()
                .delete("/organizations/{org}/models/{id}", SCENE.organization(), model)
                .then()
                .statusCode(204);
        await().atMost(IN_FORCE.multipliedBy(3))
                .until(() -> SCENE.call("GET", path).statusCode() == 404);
    }

    @Test
    void interruptedStreamIsResumed() throws Exception {
        String id = "resp_" + UUID.randomUUID();
        SCENE.provider().script("stall=within;id=" + id);
        try (RawCaller caller = Scene.connect()) {
            caller.send(
                    SCENE.whole("/v1/responses", body(SCENE.responses(), "\"stream\":true", "\"background\":true")));
            caller.awaitText(id);
        }
        SCENE.provider().script("");
        assertThat(SCENE.call("GET", "/v1/responses/" + id).statusCode()).isEqualTo(200);
    }

    private Map<String, Object> providerBody() {
        Map<String, Object> body = new HashMap<>(Api.providerBody("bearer", Map.of("token", Scene.CREDENTIAL)));
        body.put("endpoint", SCENE.provider().origin() + "/v1");
        body.put("protocol", "responses");
        return body;
    }

    private static String id(HttpResponse<byte[]> created) {
        assertThat(created.statusCode()).as(text(created)).isEqualTo(200);
        return new JsonObject(text(created)).getString("id");
    }

    private static HttpResponse<byte[]> call(String token, String method, String path) {
        return SCENE.send(Scene.request(path, "")
                .method(method, HttpRequest.BodyPublishers.noBody())
                .header("authorization", "Bearer " + token));
    }
}
