package io.agyn.proxy;

import static io.agyn.proxy.WebSocketCaller.create;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.database.PostgresTestResource;
import io.agyn.scripted.ReceivedCall;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Responses over WebSocket, from a caller to a scripted provider. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class WebSocketTest {
    @RegisterExtension
    static final Scene SCENE = new Scene();

    @Test
    void responseCompletesOverWebSocket() throws Exception {
        try (WebSocketCaller caller = connect()) {
            caller.send(create(SCENE.responses()));
            List<JsonObject> events = caller.response();
            assertThat(events.getFirst().getString("type")).isEqualTo("response.created");
            assertThat(events.getLast().getString("type")).isEqualTo("response.completed");
        }
    }

    @Test
    void onlyTheModelChangesInAMessage() throws Exception {
        try (WebSocketCaller caller = connect()) {
            String message = " {\"input\" : \"\\u00e9 \u20ac\", \"model\":\"%s\",\"store\":false,\n\"type\":\"response.create\"} ";
            caller.send(message.formatted(SCENE.responses()));
            caller.last();
            assertThat(message().text()).isEqualTo(message.formatted("remote-model"));
        }
    }

    @Test
    void fragmentsArePassedOn() throws Exception {
        try (WebSocketCaller caller = connect()) {
            String message = create(SCENE.responses());
            int half = message.indexOf("\"model\"") + 12;
            caller.send(message.substring(0, half), false);
            caller.send(message.substring(half), true);
            assertThat(caller.last().getString("type")).isEqualTo("response.completed");
            assertThat(message().text()).isEqualTo(create("remote-model"));
        }
    }

    @Test
    void continuationStaysOnOneProviderConnection() throws Exception {
        try (WebSocketCaller caller = connect()) {
            caller.send(create(SCENE.responses(), "\"store\":false"));
            String id = caller.last().getJsonObject("response").getString("id");
            caller.send(create(SCENE.responses(), "\"store\":false", "\"previous_response_id\":\"" + id + "\""));
            assertThat(caller.last().getString("type")).isEqualTo("response.completed");
        }
        assertThat(SCENE.provider().received())
                .filteredOn(call -> call.method().equals("GET"))
                .hasSize(1);
    }

    @Test
    void errorEventHasTheDialectsForm() throws Exception {
        try (WebSocketCaller caller = connect()) {
            caller.send(create("unknown-model", "\"stream_id\":\"a\""));
            JsonObject event = caller.last();
            assertThat(event.getInteger("status")).isEqualTo(404);
            assertThat(event.getString("stream_id")).isNull();
            assertThat(event.getJsonObject("error").getString("code")).isEqualTo("model_not_found");
            assertThat(event.getJsonObject("headers").getString("x-agyn-error")).isEqualTo("model_not_found");
            caller.send(create(SCENE.responses()));
            assertThat(caller.last().getString("type")).isEqualTo("response.completed");
        }
    }

    @Test
    void lanesRunInParallel() throws Exception {
        try (WebSocketCaller caller = connect()) {
            caller.send(create(SCENE.responses(), "\"stream_id\":\"a\""));
            caller.send(create(SCENE.responses(), "\"stream_id\":\"b\""));
            assertThat(caller.last().getString("type")).isEqualTo("response.completed");
            assertThat(caller.last().getString("type")).isEqualTo("response.completed");
        }
    }

    @Test
    void closeIsEchoed() throws Exception {
        try (WebSocketCaller caller = connect()) {
            caller.send(create(SCENE.responses()));
            caller.last();
            caller.socket().sendClose(1000, "bye").join();
            assertThat(caller.closeCode()).isEqualTo(1000);
        }
    }

    @Test
    void upgradeNeedsAToken() {
        assertThat(WebSocketCaller.rejection()).isEqualTo(401);
        assertThat(WebSocketCaller.rejection("authorization: Bearer agyn_unknown")).isEqualTo(401);
    }

    static WebSocketCaller connect(String... headers) {
        String[] all = java.util.Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = "authorization: Bearer " + SCENE.token();
        return WebSocketCaller.connect(all);
    }

    /** The only message that the provider has received. */
    private static ReceivedCall message() {
        List<ReceivedCall> messages = SCENE.provider().received().stream()
                .filter(call -> call.method().equals("WEBSOCKET"))
                .toList();
        assertThat(messages).hasSize(1);
        return messages.getFirst();
    }
}
