package io.agyn.proxy;

import static io.agyn.proxy.Scene.body;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls that reach the server that sent them. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LoopsTest {
    @RegisterExtension
    static final Scene SCENE = new Scene();

    @Test
    void modelThatResolvesToItselfIsCalledOnce() {
        String name = Api.freshName("loop");
        String endpoint = "http://127.0.0.1:" + RestAssured.port + "/v1";
        Map<String, Object> provider = new HashMap<>(Api.providerBody("bearer", Map.of("token", SCENE.token())));
        provider.put("endpoint", endpoint);
        String id = created(provider, "llm-providers");
        created(Map.of("name", name, "provider_id", id, "remote_model_name", name), "models");

        HttpResponse<byte[]> response = SCENE.post("/v1/responses", body(name));

        assertThat(response.statusCode()).isEqualTo(508);
        JsonObject error = new JsonObject(Scene.text(response)).getJsonObject("error");
        assertThat(error.getString("code")).isEqualTo("loop_detected");
        assertThat(error.getString("message")).contains("is this server");
    }

    @Test
    void loopIsReportedInTheDialectOfThePath() {
        String own = ownId();

        HttpResponse<byte[]> response =
                SCENE.post("/v1/messages", body(SCENE.messages()), "CDN-Loop: cloudflare, " + own + "; n=1");

        assertThat(response.statusCode()).isEqualTo(508);
        assertThat(response.headers().firstValue("x-agyn-error")).contains("loop_detected");
        assertThat(new JsonObject(Scene.text(response)).getString("type")).isEqualTo("error");
    }

    @Test
    void chainOfDeploymentsPassesUpToALength() {
        String chain = "agyn-1, agyn-2, agyn-3, agyn-4, agyn-5, agyn-6, agyn-7";
        assertThat(SCENE.post("/v1/responses", body(SCENE.responses()), "CDN-Loop: " + chain)
                        .statusCode())
                .isEqualTo(200);
        assertThat(SCENE.post("/v1/responses", body(SCENE.responses()), "CDN-Loop: " + chain + ", agyn-8")
                        .statusCode())
                .isEqualTo(508);
    }

    private static String ownId() {
        assertThat(SCENE.post("/v1/responses", body(SCENE.responses())).statusCode())
                .isEqualTo(200);
        return SCENE.provider().received().getLast().values("cdn-loop").getFirst();
    }

    private static String created(Map<String, ?> body, String collection) {
        return Api.asAdmin()
                .body(body)
                .post("/organizations/{id}/{collection}", SCENE.organization(), collection)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }
}
