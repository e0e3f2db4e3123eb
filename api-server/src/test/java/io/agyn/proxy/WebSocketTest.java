package io.agyn.proxy;

import static io.agyn.proxy.Scene.PATIENCE;
import static io.agyn.proxy.WebSocketCaller.create;
import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.database.PostgresTestResource;
import io.agyn.scripted.ReceivedCall;
import io.agyn.testing.Api;
import io.agyn.testing.Metrics;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses over WebSocket, from a caller to a scripted provider. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class WebSocketTest {
    private static final String COMPLETED = "response.completed";
    private static final String NOT_STORED = "\"store\":false";

    @RegisterExtension
    static final Scene SCENE = new Scene();

    @AfterEach
    void acceptWebSockets() {
        SCENE.provider().acceptWebSockets();
    }

    @Test
    void responseCompletesAndIsRecorded() throws Exception {
        String model = freshModel();
        try (WebSocketCaller caller = connect("x-request-id: not-of-a-response")) {
            caller.send(create(model));
            List<JsonObject> events = caller.response();
            assertThat(events.getFirst().getString("type")).isEqualTo("response.created");
            assertThat(events.getLast().getString("type")).isEqualTo(COMPLETED);
            caller.send(create(model));
            caller.last();
        }
        assertThat(records(model, 2)).allSatisfy(record -> {
            assertThat(record.get("outcome")).isEqualTo("completed");
            assertThat(record.get("operation")).isEqualTo("create_response");
            assertThat(record.get("streamed")).isEqualTo(true);
            assertThat(record.get("status")).isEqualTo(200);
            assertThat(record.get("input_tokens")).isEqualTo(17);
            assertThat(record.get("output_tokens")).isEqualTo(12);
            assertThat(record.get("request_id")).isNotEqualTo("not-of-a-response");
        });
    }

    @Test
    void onlyTheModelChangesInAMessage() throws Exception {
        try (WebSocketCaller caller = connect()) {
            String text =
                    " {\"input\" : \"\\u00e9 \u20ac\", \"model\":\"%s\",\"store\":false,\n\"type\":\"response.create\"} ";
            caller.send(text.formatted(SCENE.responses()));
            assertCompleted(caller);
            assertThat(messages()).containsExactly(text.formatted("gpt-4o"));
        }
    }

    @Test
    void fragmentsAndLongMessagesArePassedOn() throws Exception {
        try (WebSocketCaller caller = connect()) {
            String text = create(SCENE.responses());
            int inModel = text.indexOf("\"model\"") + 12;
            caller.send(text.substring(0, inModel), false);
            caller.send(text.substring(inModel), true);
            assertCompleted(caller);
            String padding = "\"metadata\":{\"a\":\"" + "x".repeat(1 << 20) + "\"}";
            caller.send("{" + padding + "," + create(SCENE.responses()).substring(1));
            assertCompleted(caller);
            assertThat(messages())
                    .containsExactly(
                            create("gpt-4o"),
                            "{" + padding + "," + create("gpt-4o").substring(1));
        }
    }

    @Test
    void continuationStaysOnOneProviderConnection() throws Exception {
        try (WebSocketCaller caller = connect()) {
            caller.send(create(SCENE.responses(), NOT_STORED));
            String id = caller.last().getJsonObject("response").getString("id");
            String continued = create(SCENE.responses(), NOT_STORED, "\"previous_response_id\":\"" + id + "\"");
            caller.send(continued);
            assertCompleted(caller);
            try (WebSocketCaller other = connect()) {
                other.send(continued);
                JsonObject error = other.last();
                assertThat(error.getJsonObject("error").getString("code")).isEqualTo("previous_response_not_found");
            }
        }
    }

    @Test
    void lanesRunInParallelAndAreMeteredApart() throws Exception {
        String model = freshModel();
        try (WebSocketCaller caller = connect()) {
            caller.send(create(model, "\"stream_id\":\"a\""));
            caller.send(create(model, "\"stream_id\":\"b\""));
            caller.send(create(model, "\"stream_id\":\"a\""));
            for (int i = 0; i < 3; i++) {
                assertCompleted(caller);
            }
        }
        assertThat(records(model, 3)).allSatisfy(record -> {
            assertThat(record.get("outcome")).isEqualTo("completed");
            assertThat(record.get("output_tokens")).isEqualTo(12);
        });
    }

    @Test
    void prewarmIsRecorded() throws Exception {
        String model = freshModel();
        try (WebSocketCaller caller = connect()) {
            caller.send(create(model, "\"generate\":false", NOT_STORED));
            String id = caller.last().getJsonObject("response").getString("id");
            caller.send(create(model, NOT_STORED, "\"previous_response_id\":\"" + id + "\""));
            assertCompleted(caller);
        }
        assertThat(records(model, 2))
                .extracting(record -> record.get("outcome"))
                .containsOnly("completed");
    }

    @Test
    void slowProviderPausesTheCaller() throws Exception {
        // More than the buffers of the kernel hold, and less than a message may have.
        int pieces = 480;
        AtomicInteger sent = new AtomicInteger();
        try (RawProvider provider =
                        RawWebSocketProvider.start(peer -> peer.exchange().awaitNothing());
                WebSocketCaller caller = connect()) {
            String model = SCENE.responsesModel(provider.origin() + "/v1");
            caller.send("{\"type\":\"response.create\",\"model\":\"" + model + "\",\"input\":\"", false);
            String piece = "x".repeat(64 << 10);
            Thread.startVirtualThread(() -> {
                try {
                    for (int i = 0; i < pieces; i++) {
                        caller.send(piece, false);
                        sent.incrementAndGet();
                    }
                } catch (CompletionException e) {
                    // The end of the test.
                }
            });
            AtomicInteger last = new AtomicInteger();
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(400))
                    .until(sent::get, now -> now > 0 && last.getAndSet(now) == now);
            assertThat(sent.get()).isLessThan(pieces);
        }
    }

    @Test
    void modelsOfTwoProvidersShareAConnection() throws Exception {
        String other = freshModel();
        try (WebSocketCaller caller = connect()) {
            for (String model : List.of(SCENE.responses(), other, SCENE.responses(), other)) {
                caller.send(create(model));
                assertCompleted(caller);
            }
            assertThat(upgrades()).hasSize(2);
        }
    }

    @Test
    void messagesWithoutModelFollowTheirResponse() throws Exception {
        try (WebSocketCaller caller = connect()) {
            caller.send("{\"type\":\"response.processed\",\"response_id\":\"resp_1\"}");
            assertThat(caller.last().getJsonObject("error").getString("message"))
                    .contains("No response on this WebSocket");
            caller.send(create(SCENE.responses()));
            String id = caller.last().getJsonObject("response").getString("id");
            String processed = "{\"type\":\"response.processed\",\"response_id\":\"" + id + "\"} ";
            caller.send(processed);
            await().atMost(PATIENCE).until(() -> messages().size() == 2);
            assertThat(messages().getLast()).isEqualTo(processed);
        }
    }

    @Test
    void steeringNeedsAResponseOfTheCaller() throws Exception {
        try (WebSocketCaller caller = connect()) {
            caller.send(create(SCENE.responses()));
            assertCompleted(caller);
            caller.send(
                    "{\"type\":\"response.steer\",\"previous_response_id\":\"resp_of_another_tenant\",\"input\":\"No\"}");
            assertThat(caller.last().getJsonObject("error").getString("code")).isEqualTo("previous_response_not_found");
            assertThat(messages()).hasSize(1);
        }
    }

    @Test
    void successorOfASteeredResponseIsRecorded() throws Exception {
        String model = freshModel("scripted:stall=within");
        try (WebSocketCaller caller = connect()) {
            caller.send(create(model));
            String id = new JsonObject(caller.next()).getJsonObject("response").getString("id");
            caller.send("{\"type\":\"response.steer\",\"previous_response_id\":\"" + id + "\",\"input\":\"No\"}");
            assertThat(caller.last().getString("type")).isEqualTo("response.incomplete");
            assertCompleted(caller);
        }
        assertThat(records(model, 2))
                .extracting(record -> record.get("outcome"))
                .containsOnly("completed");
    }

    @Test
    void errorEventHasTheDialectsForm() throws Exception {
        try (WebSocketCaller caller = connect()) {
            caller.send(create("unknown-model", "\"stream_id\":\"a\""));
            JsonObject event = caller.last();
            assertThat(event.getInteger("status")).isEqualTo(404);
            assertThat(event.getString("stream_id")).isEqualTo("a");
            assertThat(event.getJsonObject("error").getString("code")).isEqualTo("model_not_found");
            assertThat(event.getJsonObject("headers").getString("x-agyn-error")).isEqualTo("model_not_found");
            caller.send(create(SCENE.responses()));
            assertCompleted(caller);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"[1]", "{\"model\":", "''", "{\"model\":\"a\",\"model\":\"b\"}"})
    void malformedMessageGetsAnErrorAndTheNextIsRead(String message) throws Exception {
        try (WebSocketCaller caller = connect()) {
            caller.send(message);
            assertThat(caller.last().getInteger("status")).isEqualTo(400);
            caller.send(create(SCENE.responses()));
            assertCompleted(caller);
        }
    }

    @Test
    void providersErrorEventsPassAndAreRecorded() throws Exception {
        String model = freshModel("scripted:status=429");
        try (WebSocketCaller caller = connect()) {
            caller.send(create(model));
            assertThat(caller.last().getInteger("status")).isEqualTo(429);
        }
        Map<String, Object> record = records(model, 1).getFirst();
        assertThat(record.get("outcome")).isEqualTo("upstream_error");
        assertThat(record.get("status")).isEqualTo(429);
    }

    @Test
    void providerWithoutWebSocketIsRemembered() throws Exception {
        SCENE.provider().refuseWebSockets(404);
        String model = freshModel();
        try (WebSocketCaller caller = connect()) {
            for (int i = 0; i < 2; i++) {
                caller.send(create(model));
                JsonObject event = caller.last();
                assertThat(event.getInteger("status")).isEqualTo(426);
                assertThat(event.getJsonObject("error").getString("code")).isEqualTo("upgrade_not_supported");
            }
        }
        assertThat(upgrades()).hasSize(1);
    }

    @Test
    void codexGetsUpgradeRequiredAfterAProviderRefused() throws Exception {
        SCENE.provider().refuseWebSockets(404);
        String[] headers = {
            "authorization: Bearer " + Api.tokenBoundTo(SCENE.organization()),
            "openai-beta: responses_websockets=2026-02-06"
        };
        try (WebSocketCaller caller = WebSocketCaller.connect(headers)) {
            caller.send(create(freshModel()));
            assertThat(caller.last().getInteger("status")).isEqualTo(426);
        }
        assertThat(WebSocketCaller.rejection(headers)).isEqualTo(426);
        WebSocketCaller.connect(headers[0]).close();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 431, 503})
    void providersOtherRejectionPassesAndIsNotRemembered(int status) throws Exception {
        SCENE.provider().refuseWebSockets(status);
        String model = freshModel();
        try (WebSocketCaller caller = connect()) {
            caller.send(create(model));
            assertThat(caller.last().getInteger("status")).isEqualTo(status);
            SCENE.provider().acceptWebSockets();
            caller.send(create(model));
            assertCompleted(caller);
        }
    }

    @Test
    void providersCloseCodeReachesTheCaller() throws Exception {
        try (WebSocketCaller caller = connect()) {
            caller.send(create(freshModel("scripted:close=1001")));
            assertCompleted(caller);
            assertThat(caller.closeCode()).isEqualTo(1001);
        }
    }

    @Test
    void brokenProviderFailsItsResponses() throws Exception {
        String model = freshModel("scripted:break=1");
        try (WebSocketCaller caller = connect()) {
            caller.send(create(model));
            JsonObject event = caller.last();
            assertThat(event.getString("type")).isEqualTo("error");
            assertThat(event.getJsonObject("headers").getString("x-agyn-error")).isEqualTo("provider_broke_off");
            assertThat(caller.closeCode()).isEqualTo(1011);
        }
        assertThat(records(model, 1).getFirst().get("outcome")).isEqualTo("upstream_truncated");
    }

    @Test
    void disconnectedCallerCancelsItsResponses() throws Exception {
        String model = freshModel("scripted:stall=within");
        try (WebSocketCaller caller = connect()) {
            caller.send(create(model));
            caller.next();
        }
        SCENE.provider().await(ReceivedCall::callerLeft, PATIENCE);
        assertThat(records(model, 1).getFirst().get("outcome")).isEqualTo("client_cancelled");
    }

    @Test
    void disconnectedCallerCancelsAllLanes() throws Exception {
        String model = freshModel("scripted:stall=within");
        try (WebSocketCaller caller = connect()) {
            for (String lane : List.of("a", "b")) {
                caller.send(create(model, "\"stream_id\":\"" + lane + "\""));
                awaitLane(caller, lane);
            }
        }
        assertThat(records(model, 2))
                .extracting(record -> record.get("outcome"))
                .containsOnly("client_cancelled");
    }

    /** Waits for an event of a lane. */
    private static void awaitLane(WebSocketCaller caller, String lane) throws InterruptedException {
        String event;
        do {
            event = caller.next();
        } while (!lane.equals(new JsonObject(event).getString("stream_id")));
    }

    @Test
    void revokedTokenStartsNoResponseBesideAnother() throws Exception {
        JsonObject token = new JsonObject(asAdmin()
                .body(Map.of("description", "busy", "organization_id", SCENE.organization()))
                .post("/api-tokens")
                .then()
                .statusCode(201)
                .extract()
                .asString());
        String authorization = "authorization: Bearer " + token.getString("token");
        String model = freshModel("scripted:events=20;every=200ms");
        try (WebSocketCaller caller = WebSocketCaller.connect(authorization)) {
            caller.send(create(model, "\"stream_id\":\"a\""));
            caller.next();
            asAdmin().delete("/api-tokens/{id}", token.getString("id")).then().statusCode(204);
            await().atMost(PATIENCE)
                    .until(() -> SCENE.postWithoutToken("/v1/responses", create(SCENE.responses()), authorization)
                                    .statusCode()
                            == 401);
            caller.send("{\"stream_id\":\"b\"," + create(model).substring(1));
            List<JsonObject> events = new ArrayList<>(caller.response());
            events.addAll(caller.response());
            assertThat(events)
                    .anyMatch(event -> Integer.valueOf(401).equals(event.getInteger("status")))
                    .anyMatch(event -> COMPLETED.equals(event.getString("type")));
            assertThat(caller.closeCode()).isEqualTo(1008);
        }
    }

    @Test
    void callContinuesTheTraceOfTheUpgrade() throws Exception {
        String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        try (WebSocketCaller caller = connect("traceparent: " + parent)) {
            caller.send(create(SCENE.responses()));
            assertCompleted(caller);
        }
        assertThat(upgrades().getFirst().values("traceparent").getFirst()).startsWith(parent.substring(0, 35));
    }

    @Test
    void metricsCountWebSocketsAndTheirEnds() throws Exception {
        String accepted = "agyn_proxy_websocket_upgrades_total{result=\"accepted\"}";
        String rejected = "agyn_proxy_websocket_upgrades_total{result=\"rejected\"}";
        String closed = "agyn_proxy_websockets_closed_total{code=\"1000\"}";
        await().atMost(PATIENCE).until(() -> Metrics.read().sum("agyn_proxy_websockets") == 0);
        Metrics before = Metrics.read();
        assertThat(WebSocketCaller.rejection("authorization: Bearer agyn_unknown"))
                .isEqualTo(401);
        try (WebSocketCaller caller = connect()) {
            caller.send(create(SCENE.responses()));
            assertCompleted(caller);
            Metrics open = Metrics.read();
            assertThat(open.sum("agyn_proxy_websockets")).isEqualTo(1);
            assertThat(open.sum("agyn_proxy_websockets_provider")).isEqualTo(1);
            caller.socket().sendClose(1000, "").join();
            assertThat(caller.closeCode()).isEqualTo(1000);
        }
        await().atMost(PATIENCE).until(() -> Metrics.read().sum("agyn_proxy_websockets_provider") == 0);
        Metrics after = Metrics.read();
        assertThat(after.sum("agyn_proxy_websockets")).isZero();
        assertThat(after.sum(accepted)).isEqualTo(before.sum(accepted) + 1);
        assertThat(after.sum(rejected)).isEqualTo(before.sum(rejected) + 1);
        assertThat(after.sum(closed)).isEqualTo(before.sum(closed) + 1);
    }

    @Test
    void closeIsEchoed() throws Exception {
        try (WebSocketCaller caller = connect()) {
            caller.send(create(SCENE.responses()));
            caller.last();
            caller.socket().sendClose(1000, "bye").join();
            assertThat(caller.closeCode()).isEqualTo(1000);
        }
        await().atMost(PATIENCE)
                .until(() -> upgrades().stream().allMatch(call -> call.endedAt().isPresent()));
    }

    @Test
    void binaryMessageClosesTheConnection() throws Exception {
        try (WebSocketCaller caller = connect()) {
            caller.socket().sendBinary(ByteBuffer.wrap(new byte[] {1}), true).join();
            assertThat(caller.closeCode()).isEqualTo(1003);
        }
    }

    @Test
    void revokedTokenEndsTheConnection() throws Exception {
        JsonObject token = new JsonObject(asAdmin()
                .body(Map.of("description", "short-lived", "organization_id", SCENE.organization()))
                .post("/api-tokens")
                .then()
                .statusCode(201)
                .extract()
                .asString());
        String authorization = "authorization: Bearer " + token.getString("token");
        try (WebSocketCaller caller = WebSocketCaller.connect(authorization)) {
            caller.send(create(SCENE.responses()));
            caller.last();
            asAdmin().delete("/api-tokens/{id}", token.getString("id")).then().statusCode(204);
            await().atMost(PATIENCE)
                    .until(() -> SCENE.postWithoutToken("/v1/responses", create(SCENE.responses()), authorization)
                                    .statusCode()
                            == 401);
            caller.send(create(SCENE.responses()));
            assertThat(caller.last().getInteger("status")).isEqualTo(401);
            assertThat(caller.closeCode()).isEqualTo(1008);
        }
    }

    @Test
    void handshakeHeadersOfTheCallerDoNotReachTheProvider() throws Exception {
        String handshake = "GET /v1/responses?a=b HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Protocol: secret\r\n"
                + "OpenAI-Beta: kept\r\nAuthorization: Bearer " + SCENE.token() + "\r\n\r\n";
        try (RawCaller raw = Scene.connect();
                WebSocketCaller caller = connect("OpenAI-Beta: kept")) {
            RawCaller.Response response = raw.send(handshake).response();
            assertThat(response.status()).isEqualTo(101);
            assertThat(response.values("sec-websocket-accept")).containsExactly("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            assertThat(response.values("sec-websocket-extensions")).isEmpty();
            assertThat(response.values("sec-websocket-protocol")).isEmpty();
            assertThat(response.values("x-agyn-request-id")).hasSize(1);
            caller.send(create(SCENE.responses()));
            caller.last();
            ReceivedCall upgrade = upgrades().getFirst();
            assertThat(upgrade.values("openai-beta")).containsExactly("kept");
            assertThat(upgrade.values("authorization")).containsExactly("Bearer " + Scene.CREDENTIAL);
            assertThat(upgrade.values("sec-websocket-extensions")).isEmpty();
            assertThat(upgrade.values("sec-websocket-protocol")).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Sec-WebSocket-Version: 13, Sec-WebSocket-Version: 8, 426",
        "dGhlIHNhbXBsZSBub25jZQ==, short, 400",
        "Connection: Upgrade, Connection: keep-alive, 400"
    })
    void invalidHandshakeIsRejected(String valid, String invalid, int status) throws Exception {
        String handshake = "GET /v1/responses HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Authorization: Bearer " + SCENE.token() + "\r\n\r\n";
        try (RawCaller raw = Scene.connect()) {
            assertThat(raw.send(handshake.replace(valid, invalid)).response().status())
                    .isEqualTo(status);
        }
    }

    @Test
    void upgradeNeedsAToken() {
        assertThat(WebSocketCaller.rejection()).isEqualTo(401);
        assertThat(WebSocketCaller.rejection("authorization: Bearer agyn_unknown"))
                .isEqualTo(401);
    }

    static WebSocketCaller connect(String... headers) {
        String[] all = Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = "authorization: Bearer " + SCENE.token();
        return WebSocketCaller.connect(all);
    }

    private static void assertCompleted(WebSocketCaller caller) throws Exception {
        JsonObject last = caller.last();
        assertThat(last.getString("type")).as(last.encode()).isEqualTo(COMPLETED);
    }

    private static String freshModel() {
        return SCENE.responsesModel(SCENE.provider().origin() + "/v1");
    }

    /** The name of a model of a separate provider, which follows a script. */
    private static String freshModel(String remoteModel) {
        String model = freshModel();
        JsonObject found = new JsonObject(asAdmin()
                        .get("/organizations/{org}/models?name={name}", SCENE.organization(), model)
                        .asString())
                .getJsonArray("items")
                .getJsonObject(0);
        Map<String, Object> update =
                Map.of("name", model, "provider_id", found.getString("provider_id"), "remote_model_name", remoteModel);
        asAdmin()
                .body(update)
                .put("/organizations/{org}/models/{id}", SCENE.organization(), found.getString("id"))
                .then()
                .statusCode(200);
        return model;
    }

    private static List<ReceivedCall> upgrades() {
        return SCENE.provider().received().stream()
                .filter(call -> call.method().equals("GET"))
                .toList();
    }

    private static List<String> messages() {
        return SCENE.provider().received().stream()
                .filter(call -> call.method().equals(ReceivedCall.MESSAGE))
                .map(ReceivedCall::text)
                .toList();
    }

    private static List<Map<String, Object>> records(String model, int count) {
        String id = asAdmin()
                .get("/organizations/{org}/models?name={name}", SCENE.organization(), model)
                .then()
                .extract()
                .path("items[0].id");
        return await().atMost(PATIENCE)
                .until(
                        () -> asAdmin()
                                .get("/organizations/{org}/usage/records?model_id=" + id, SCENE.organization())
                                .then()
                                .statusCode(200)
                                .extract()
                                .path("items"),
                        found -> found.size() == count);
    }
}
