package io.agyn.proxy;

import static io.agyn.proxy.Scene.body;
import static io.agyn.proxy.Scene.text;
import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.database.PostgresTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The usage of responses that run in the background: pending until a retrieval shows it, and counted once. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class BackgroundUsageTest {
    private static final String BACKGROUND = "\"background\":true";
    private static final Duration LOADED = Duration.ofSeconds(15);

    @RegisterExtension
    static final Scene SCENE = new Scene();

    @Test
    void usageIsPendingUntilTheResultIsRetrievedAndCountedOnce() {
        int before = sum("create_response");
        HttpResponse<byte[]> created = SCENE.post("/v1/responses", body(SCENE.responses(), BACKGROUND));
        String path = "/v1/responses/" + new JsonObject(text(created)).getString("id");
        Map<String, Object> pending = record(created);
        assertThat(pending).containsEntry("usage_unknown_reason", "pending").containsEntry("outcome", "completed");
        assertThat(pending.get("input_tokens")).isNull();
        assertThat(pending.get("output_tokens")).isNull();

        assertThat(text(SCENE.call("GET", path))).contains("in_progress");
        CompletableFuture<HttpResponse<byte[]>> beside = CompletableFuture.supplyAsync(() -> SCENE.call("GET", path));
        HttpResponse<byte[]> retrieved = SCENE.call("GET", path);
        assertThat(text(beside.join())).contains("\"completed\"");
        assertThat(text(retrieved)).contains("\"completed\"");

        await().atMost(LOADED).until(() -> record(created).get("output_tokens") != null);
        assertThat(record(created)).doesNotContainEntry("usage_unknown_reason", "pending");
        Map<String, Object> retrieval = record(retrieved);
        assertThat(retrieval).containsEntry("operation", "retrieve_response").containsEntry("outcome", "completed");
        assertThat(retrieval.get("output_tokens")).isNull();
        assertThat(sum("create_response") - before).isEqualTo(record(created).get("output_tokens"));
        assertThat(sum("retrieve_response")).isZero();
    }

    @Test
    void cancelledResponseWithoutUsageIsNoLongerPending() {
        SCENE.provider().script("background=1m");
        HttpResponse<byte[]> created = SCENE.post("/v1/responses", body(SCENE.responses(), BACKGROUND));
        assertThat(record(created)).containsEntry("usage_unknown_reason", "pending");
        String path = "/v1/responses/" + new JsonObject(text(created)).getString("id");
        assertThat(text(SCENE.post(path + "/cancel", ""))).contains("\"cancelled\"");
        await().atMost(LOADED).until(() -> record(created).get("usage_unknown_reason") == null);
        assertThat(record(created).get("output_tokens")).isNull();
    }

    @Test
    void foregroundResponseIsNeverPending() {
        HttpResponse<byte[]> created = SCENE.post("/v1/responses", body(SCENE.responses()));
        assertThat(record(created).get("usage_unknown_reason")).isNull();
        assertThat(record(created).get("output_tokens")).isNotNull();
    }

    /** The record of a call, once it is in the database. */
    private static Map<String, Object> record(HttpResponse<byte[]> response) {
        String requestId = response.headers().firstValue("x-agyn-request-id").orElseThrow();
        return await().atMost(LOADED)
                .until(
                        () -> asAdmin()
                                .get("/organizations/{id}/usage/records?page_size=100", SCENE.organization())
                                .jsonPath()
                                .<Map<String, Object>>get("items.find { it.request_id == '" + requestId + "' }"),
                        found -> found != null);
    }

    private static int sum(String operation) {
        return asAdmin()
                .get("/organizations/{id}/usage?operation={operation}", SCENE.organization(), operation)
                .jsonPath()
                .getInt("rows[0].output_tokens");
    }
}
