package io.agyn.proxy;

import static io.agyn.proxy.Scene.PATIENCE;
import static io.agyn.proxy.WebSocketCaller.create;
import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** LLM providers for which WebSocket is off or that refuse it, and upgrades that are rejected for that reason. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class WebSocketSettingTest {
    private static final String CODEX = "openai-beta: responses_websockets=2026-02-06";
    private static final int UPGRADE_REQUIRED = 426;

    @RegisterExtension
    static final Scene SCENE = new Scene();

    private String organization;
    private String token;

    /** A model, and its LLM provider. */
    private record Called(String model, String providerId, Map<String, Object> provider) {}

    @BeforeEach
    void freshOrganization() {
        organization = Api.organization();
        token = "authorization: Bearer " + Api.tokenBoundTo(organization);
    }

    @AfterEach
    void acceptWebSockets() {
        SCENE.provider().acceptWebSockets();
    }

    @Test
    void upgradeIsRejectedIfWebSocketIsOffForAllProviders() throws Exception {
        Called called = called("off");
        assertThat(WebSocketCaller.rejection(token)).isEqualTo(UPGRADE_REQUIRED);
        set(called, "auto");
        awaitUpgrade(token);
        assertThat(status(called, token)).isEqualTo(200);
    }

    @Test
    void providerIsNotCalledWhileItsWebSocketIsOff() throws Exception {
        called("auto");
        Called called = called("off");
        try (WebSocketCaller caller = WebSocketCaller.connect(token)) {
            caller.send(create(called.model()));
            JsonObject event = caller.last();
            assertThat(event.getInteger("status")).isEqualTo(UPGRADE_REQUIRED);
            JsonObject error = event.getJsonObject("error");
            assertThat(error.getString("code")).isEqualTo("upgrade_not_supported");
            assertThat(error.getString("message")).contains("\"websocket\": \"off\"");
        }
        assertThat(SCENE.provider().received()).isEmpty();
    }

    @Test
    void openWebSocketStopsUsingAProvider() throws Exception {
        Called called = called("auto");
        try (WebSocketCaller caller = WebSocketCaller.connect(token)) {
            caller.send(create(called.model()));
            assertThat(status(caller.last())).isEqualTo(200);
            set(called, "off");
            await().atMost(PATIENCE).until(() -> {
                caller.send(create(called.model()));
                return status(caller.last()) == UPGRADE_REQUIRED;
            });
        }
    }

    @Test
    void codexUsesHttpWhileWebSocketIsOffForItsProvider() throws Exception {
        called("auto");
        Called called = called("off");
        assertThat(status(called, token, CODEX)).isEqualTo(UPGRADE_REQUIRED);
        assertThat(WebSocketCaller.rejection(token, CODEX)).isEqualTo(UPGRADE_REQUIRED);
        WebSocketCaller.connect(token).close();
        set(called, "auto");
        awaitUpgrade(token, CODEX);
        assertThat(status(called, token, CODEX)).isEqualTo(200);
    }

    @Test
    void refusalIsKnownBeforeTheNextUpgrade() throws Exception {
        SCENE.provider().refuseWebSockets(404);
        assertThat(status(called("auto"), token)).isEqualTo(UPGRADE_REQUIRED);
        assertThat(WebSocketCaller.rejection(token)).isEqualTo(UPGRADE_REQUIRED);
        called("auto");
        awaitUpgrade(token);
    }

    @Test
    void selectedOrganizationDecides() throws Exception {
        called("off");
        String admin = "authorization: Bearer " + Api.adminToken();
        assertThat(WebSocketCaller.rejection(admin, "x-agyn-organization: " + organization))
                .isEqualTo(UPGRADE_REQUIRED);
        WebSocketCaller.connect(admin).close();
    }

    @Test
    void tokenWithoutModelsIsAccepted() {
        WebSocketCaller.connect(token).close();
    }

    private Called called(String webSocket) {
        Map<String, Object> body = new HashMap<>(Api.providerBody("bearer", Map.of("token", Scene.CREDENTIAL)));
        body.put("endpoint", SCENE.provider().origin() + "/v1");
        body.put("websocket", webSocket);
        String provider = asAdmin()
                .body(body)
                .post("/organizations/{org}/llm-providers", organization)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        return new Called(Scene.name(organization, Api.model(organization, provider)), provider, body);
    }

    private void set(Called called, String webSocket) {
        Map<String, Object> body = new HashMap<>(called.provider());
        body.put("websocket", webSocket);
        asAdmin()
                .body(body)
                .put("/organizations/{org}/llm-providers/{id}", organization, called.providerId())
                .then()
                .statusCode(200);
    }

    private static void awaitUpgrade(String... headers) {
        await().atMost(PATIENCE)
                .ignoreException(CompletionException.class)
                .untilAsserted(() -> WebSocketCaller.connect(headers).close());
    }

    /** Calls a model on a new WebSocket, and returns the status of the response. */
    private static int status(Called called, String... headers) throws Exception {
        try (WebSocketCaller caller = WebSocketCaller.connect(headers)) {
            caller.send(create(called.model()));
            return status(caller.last());
        }
    }

    private static int status(JsonObject last) {
        return last.getString("type").equals("response.completed") ? 200 : last.getInteger("status");
    }
}
