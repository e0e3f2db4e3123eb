package io.agyn.scripted;

import static io.agyn.scripted.Client.PATIENCE;
import static io.agyn.scripted.Client.types;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The WebSocket mode of the Responses API. */
@Timeout(60)
class ResponsesSocketTest {

    private static final String NO_RESULT =
            "\"store\":false,\"input\":[{\"type\":\"function_call_output\",\"call_id\":\"call_x\",\"output\":\"\"}]";

    private final HttpClient http = HttpClient.newHttpClient();
    private final ScriptedProvider provider = ScriptedProvider.start();

    @AfterEach
    void stop() {
        http.shutdownNow();
        provider.close();
    }

    @Test
    void responsesFollowOneAnotherAndAreRecorded() throws Exception {
        Caller caller = new Caller("x-tried", "1");
        JsonObject first = caller.complete("\"store\":false");
        JsonObject second = caller.complete("\"store\":false," + continues(first));
        caller.close();

        assertThat(second.getString("previous_response_id")).isEqualTo(first.getString("id"));
        assertThat(second.getJsonObject("usage").getInteger("total_tokens")).isEqualTo(37);
        ReceivedCall upgrade = provider.await(call -> call.status() == 101 && ended(call), PATIENCE);
        assertThat(upgrade.method()).isEqualTo("GET");
        List<ReceivedCall> messages = provider.received().subList(1, 3);
        assertThat(messages).allSatisfy(message -> {
            assertThat(message.method()).isEqualTo(ReceivedCall.MESSAGE);
            assertThat(message.values("x-tried")).containsExactly("1");
            assertThat(message.status()).isEqualTo(200);
            assertThat(message.callerLeft()).isFalse();
            assertThat(ended(message)).isTrue();
        });
        assertThat(messages.getFirst().text()).startsWith("{\"type\":\"response.create\",\"model\":\"m-1\"");
    }

    @Test
    void eventsAreThoseOfAStream() throws Exception {
        Caller caller = new Caller();
        caller.create("\"input\":\"x\"");
        List<JsonObject> events = caller.untilTerminal();

        assertThat(types(events).getFirst()).isEqualTo("response.created");
        assertThat(types(events).getLast()).isEqualTo("response.completed");
        assertThat(events).hasSize(13).noneMatch(event -> event.containsKey("stream_id"));
        assertThat(events.get(12).getInteger("sequence_number")).isEqualTo(12);
    }

    @Test
    void unstoredResponsesAreKnownOnlyToTheirConnection() throws Exception {
        Caller caller = new Caller();
        JsonObject unstored = caller.complete("\"store\":false");
        JsonObject stored = caller.complete("\"store\":true");
        Caller other = new Caller();

        other.fail("previous_response_not_found", 400, continues(unstored));
        other.complete(continues(stored));
        // The lane remembers only its latest response.
        caller.fail("previous_response_not_found", 400, continues(unstored));
    }

    @Test
    void failedContinuationEvictsAndFailedForkDoesNot() throws Exception {
        Caller caller = new Caller();
        JsonObject first = caller.complete("\"store\":false");
        caller.fail(null, 400, "\"stream_id\":\"fork\"," + NO_RESULT + "," + continues(first));
        caller.fail(null, 400, NO_RESULT + "," + continues(first));
        caller.fail("previous_response_not_found", 400, continues(first));
    }

    @Test
    void lanesRunConcurrentlyAndEachInOrder() throws Exception {
        Caller caller = new Caller();
        caller.create("\"stream_id\":\"a\"", "scripted:stall=within");
        caller.create("\"stream_id\":\"a\",\"store\":false");
        JsonObject other = caller.complete("\"stream_id\":\"b\"");
        assertThat(provider.received())
                .filteredOn(call -> call.method().equals(ReceivedCall.MESSAGE))
                .extracting(ResponsesSocketTest::ended)
                .containsExactly(false, false, true);
        provider.resume();

        assertThat(other.getString("status")).isEqualTo("completed");
        List<JsonObject> events = caller.untilTerminal();
        events.addAll(caller.untilTerminal());
        assertThat(events.stream().filter(event -> event.getString("stream_id").equals("a")))
                .filteredOn(event -> event.getString("type").equals("response.completed"))
                .extracting(event -> event.getJsonObject("response").getString("model"))
                .containsExactly("scripted:stall=within", "m-1");
    }

    @Test
    void limitsOfLanesAreErrors() throws Exception {
        Caller caller = new Caller();
        caller.fail("invalid_stream_id", 400, "\"stream_id\":\"no spaces\"");
        for (int i = 0; i < 32; i++) {
            caller.complete("\"stream_id\":\"lane-%d\"".formatted(i));
        }
        caller.fail("websocket_stream_limit_reached", 400, "\"stream_id\":\"one-more\"");
        caller.complete("\"input\":\"default lane\"");
    }

    @Test
    void steeringStartsASuccessor() throws Exception {
        Caller caller = new Caller();
        caller.create("\"stream_id\":\"s\"", "scripted:endless;every=1ms");
        String id = caller.next().getJsonObject("response").getString("id");
        caller.send("{\"type\":\"response.steer\",\"previous_response_id\":\"%s\",\"input\":\"stop\"}".formatted(id));
        List<JsonObject> events = caller.untilTerminal();

        assertThat(types(events)).contains("response.steer.accepted").endsWith("response.incomplete");
        assertThat(events.getLast().getJsonObject("response").getJsonObject("incomplete_details"))
                .isEqualTo(Dialect.object("reason", "steered"));
        JsonObject successor = caller.untilTerminal().getLast();
        assertThat(successor.getString("stream_id")).isEqualTo("s");
        assertThat(successor.getJsonObject("response").getString("previous_response_id"))
                .isEqualTo(id);
        caller.send("{\"type\":\"response.steer\",\"previous_response_id\":\"none\",\"input\":\"stop\"}");
        assertThat(caller.next().getJsonObject("error").getString("code")).isEqualTo("response_not_found");
    }

    @Test
    void preparedResponseHasNoOutput() throws Exception {
        assertThat(new Caller()
                        .complete("\"generate\":false,\"store\":false")
                        .getJsonArray("output")
                        .isEmpty())
                .isTrue();
    }

    @Test
    void errorsAreEvents() throws Exception {
        Caller caller = new Caller();
        caller.create("\"stream_id\":\"e\"", "scripted:status=429;retry-after=7");
        JsonObject event = caller.next();
        assertThat(event.getInteger("status")).isEqualTo(429);
        assertThat(event.getString("stream_id")).isEqualTo("e");
        assertThat(event.getJsonObject("headers").getString("retry-after")).isEqualTo("7");
        caller.send("{\"type\":\"response.create\"}");
        JsonObject missing = caller.next().getJsonObject("error");
        assertThat(missing.getString("code")).isEqualTo("missing_required_parameter");
        assertThat(missing.getString("param")).isEqualTo("model");
        caller.send("{\"type\":\"response.elsewhere\"}");
        assertThat(caller.next().getInteger("status")).isEqualTo(400);
        caller.send("nonsense");
        assertThat(caller.next().getInteger("status")).isEqualTo(400);
        caller.create("\"input\":\"x\"", "scripted:brake=1");
        assertThat(caller.next().getJsonObject("error").getString("message")).contains("brake");
    }

    @Test
    void connectionClosesAsScripted() throws Exception {
        Caller closed = new Caller();
        closed.create("\"input\":\"x\"", "scripted:close=1011");
        closed.untilTerminal();
        assertThat(closed.next().getInteger("close")).isEqualTo(1011);
        Caller aged = new Caller("x-scripted", "age=50ms");
        assertThat(aged.next().getJsonObject("error").getString("code"))
                .isEqualTo("websocket_connection_limit_reached");
        assertThat(aged.next().getInteger("close")).isEqualTo(1000);
        provider.forget();
        Caller broken = new Caller();
        broken.create("\"input\":\"x\"", "scripted:break=3");
        assertThat(broken.next().getString("type")).isEqualTo("response.created");
        // The JDK's client loses unread messages when a connection ends without a close frame.
        provider.await(call -> call.status() == 101 && ended(call), PATIENCE);
        assertThat(broken.received).allMatch(event -> event.getInteger("close", 1006) == 1006);
    }

    @Test
    void upgradeIsRefused() {
        provider.refuseWebSockets(426);
        assertThatThrownBy(Caller::new).satisfies(failure -> refused(failure, 426));
        provider.acceptWebSockets();
        provider.accept(new Header("authorization", "Bearer right"));
        assertThatThrownBy(Caller::new).satisfies(failure -> refused(failure, 401));
        assertThat(provider.received()).extracting(ReceivedCall::status).containsExactly(426, 401);
        try (ScriptedProvider without =
                ScriptedProvider.start(Options.defaults().withoutWebSocket(404))) {
            assertThatThrownBy(() -> new Caller(without)).satisfies(failure -> refused(failure, 404));
        }
    }

    private static void refused(Throwable failure, int status) {
        assertThat(failure).hasCauseInstanceOf(WebSocketHandshakeException.class);
        assertThat(((WebSocketHandshakeException) failure.getCause())
                        .getResponse()
                        .statusCode())
                .isEqualTo(status);
    }

    private static boolean ended(ReceivedCall call) {
        return call.endedAt().isPresent();
    }

    private static String continues(JsonObject response) {
        return "\"previous_response_id\":\"%s\"".formatted(response.getString("id"));
    }

    /** A WebSocket client; the end of its connection is the message {@code {"close": code}}. */
    private final class Caller implements WebSocket.Listener {

        private final BlockingQueue<JsonObject> received = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        private final WebSocket socket;

        Caller(String... headers) throws Exception {
            this(provider, headers);
        }

        Caller(ScriptedProvider provider, String... headers) throws Exception {
            WebSocket.Builder builder = http.newWebSocketBuilder();
            for (int i = 0; i < headers.length; i += 2) {
                builder.header(headers[i], headers[i + 1]);
            }
            URI uri = URI.create(provider.origin().toString().replace("http:", "ws:") + Client.RESPONSES);
            socket = builder.buildAsync(uri, this).get(20, SECONDS);
        }

        void send(String message) {
            socket.sendText(message, true).join();
        }

        void create(String fields, String model) {
            send("{\"type\":\"response.create\",\"model\":\"%s\",%s}".formatted(model, fields));
        }

        void create(String fields) {
            create(fields, "m-1");
        }

        /** The completed response. */
        JsonObject complete(String fields) throws InterruptedException {
            create(fields);
            JsonObject last = untilTerminal().getLast();
            assertThat(last.getString("type")).isEqualTo("response.completed");
            return last.getJsonObject("response");
        }

        void fail(String code, int status, String fields) throws InterruptedException {
            create(fields);
            JsonObject event = next();
            assertThat(event.getString("type")).as(event.encode()).isEqualTo("error");
            assertThat(event.getInteger("status")).isEqualTo(status);
            assertThat(event.getJsonObject("error").getString("code")).isEqualTo(code);
        }

        List<JsonObject> untilTerminal() throws InterruptedException {
            List<JsonObject> events = new ArrayList<>();
            do {
                events.add(next());
            } while (!List.of("response.completed", "response.incomplete", "error")
                    .contains(events.getLast().getString("type")));
            return events;
        }

        JsonObject next() throws InterruptedException {
            JsonObject message = received.poll(20, SECONDS);
            assertThat(message).isNotNull();
            return message;
        }

        void close() {
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
        }

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                received.add(new JsonObject(text.toString()));
                text.setLength(0);
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
            received.add(Dialect.object("close", statusCode));
            return null;
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            received.add(Dialect.object("close", 1006));
        }
    }
}
