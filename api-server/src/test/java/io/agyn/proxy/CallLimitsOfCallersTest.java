package io.agyn.proxy;

import static io.agyn.proxy.Scene.PATIENCE;
import static io.agyn.proxy.Scene.body;
import static io.agyn.proxy.Scene.text;
import static io.agyn.testing.Api.as;
import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Limits of an organization, as callers see them. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class CallLimitsOfCallersTest {
    @RegisterExtension
    static final Scene SCENE = new Scene();

    private String token;
    private String limit;

    @BeforeEach
    void aTokenThatMayNotCall() {
        token = Api.tokenBoundTo(SCENE.organization());
    }

    private HttpResponse<byte[]> post(String path, String model) {
        return SCENE.send(Scene.request(path, body(model)).header("authorization", "Bearer " + token));
    }

    private int respond() {
        return post("/v1/responses", SCENE.responses()).statusCode();
    }

    private Map<String, Object> fields(String measure, String amount, String window) {
        Map<String, Object> fields = new HashMap<>();
        fields.put("name", "of a token");
        fields.put(
                "applies_to",
                Map.of(
                        "type",
                        "api_token",
                        "id",
                        as(token).get("/me").jsonPath().getString("api_token_id")));
        fields.put("measure", measure);
        fields.put("amount", amount);
        fields.put("window", window);
        return fields;
    }

    /** Creates a limit that admits no call, and waits until it is effective. */
    private void block(String measure, String window) {
        Map<String, Object> fields = fields(measure, "0", window);
        fields.put("name", Api.freshName("limit"));
        limit = Api.limit(SCENE.organization(), fields);
        await().atMost(PATIENCE).until(() -> respond() == 429);
    }

    private void raise(String measure, String amount, String window) {
        Map<String, Object> fields = fields(measure, amount, window);
        fields.put("name", Api.freshName("limit"));
        asAdmin()
                .body(fields)
                .put("/organizations/{o}/limits/{l}", SCENE.organization(), limit)
                .then()
                .statusCode(200);
    }

    @Test
    void openAiCallAboveABudgetIsNotRetried() {
        block("calls", "day");
        raise("calls", "2", "day");
        await().atMost(Duration.ofSeconds(1))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> respond() == 200);
        assertThat(respond()).isEqualTo(200);

        HttpResponse<byte[]> rejected = post("/v1/responses", SCENE.responses());

        assertThat(rejected.statusCode()).isEqualTo(429);
        assertThat(header(rejected, "x-agyn-error")).isEqualTo("budget_reached");
        assertThat(header(rejected, "x-should-retry")).isEqualTo("false");
        assertThat(Long.parseLong(header(rejected, "retry-after"))).isBetween(1L, 86_400L);
        assertThat(header(rejected, "ratelimit-policy")).matches("\"limit[^\"]*\";q=2;w=86400");
        assertThat(header(rejected, "ratelimit")).matches("\"limit[^\"]*\";r=0;t=\\d+");
        JsonObject error = new JsonObject(text(rejected)).getJsonObject("error");
        assertThat(error.getString("code")).isEqualTo("insufficient_quota");
        assertThat(error.getString("message")).contains("2 calls per day", "for this api token", "it resets at 20");
    }

    @Test
    void anthropicCallAboveARateIsRetriedLater() {
        block("calls", "minute");

        HttpResponse<byte[]> rejected = post("/v1/messages", SCENE.messages());

        assertThat(rejected.statusCode()).isEqualTo(429);
        assertThat(header(rejected, "x-agyn-error")).isEqualTo("call_limit_reached");
        JsonObject body = new JsonObject(text(rejected));
        assertThat(body.getString("type")).isEqualTo("error");
        assertThat(body.getJsonObject("error").getString("type")).isEqualTo("rate_limit_error");

        raise("calls", "1", "minute");
        await().atMost(PATIENCE)
                .until(() -> post("/v1/messages", SCENE.messages()).statusCode() == 200);
        HttpResponse<byte[]> second = post("/v1/messages", SCENE.messages());
        assertThat(second.statusCode()).isEqualTo(429);
        assertThat(Long.parseLong(header(second, "retry-after"))).isBetween(1L, 60L);
        assertThat(second.headers().firstValue("x-should-retry")).isEmpty();
    }

    @Test
    void tokensOfTheResponseAreCharged() {
        block("tokens", "week");
        raise("tokens", "1000000", "week");
        await().atMost(PATIENCE).until(() -> respond() == 200);
        // 17, 8 cached and 12 tokens, as the provider reports; the rest of the lease is returned.
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Api.get("/organizations/{o}/limits/{l}", SCENE.organization(), limit)
                                .extract()
                                .<String>path("used"))
                        .isEqualTo("37"));
    }

    @Test
    void storedResponseCountsWhenItIsRetrieved() {
        String id = new JsonObject(text(post("/v1/responses", SCENE.responses()))).getString("id");
        block("calls", "day");
        HttpResponse<byte[]> rejected = SCENE.send(Scene.request("/v1/responses/" + id, "")
                .method("GET", HttpRequest.BodyPublishers.noBody())
                .header("authorization", "Bearer " + token));
        assertThat(rejected.statusCode()).isEqualTo(429);
    }

    @Test
    void webSocketMessageAboveALimitGetsAnErrorEvent() throws Exception {
        block("calls", "month");
        try (WebSocketCaller caller = WebSocketCaller.connect("authorization: Bearer " + token)) {
            caller.send(WebSocketCaller.create(SCENE.responses()));
            JsonObject event = caller.last();
            assertThat(event.getString("type")).isEqualTo("error");
            assertThat(event.getInteger("status")).isEqualTo(429);
            assertThat(event.getJsonObject("error").getString("code")).isEqualTo("insufficient_quota");
            assertThat(event.getJsonObject("headers").getString("x-should-retry"))
                    .isEqualTo("false");
        }
    }

    @Test
    void limitOfATokenLeavesOthersAlone() {
        block("calls", "hour");
        assertThat(SCENE.post("/v1/responses", body(SCENE.responses())).statusCode())
                .isEqualTo(200);
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElseThrow();
    }
}
