package io.agyn.scripted;

import static io.agyn.scripted.Client.MESSAGES;
import static io.agyn.scripted.Client.PATIENCE;
import static io.agyn.scripted.Client.RESPONSES;
import static io.agyn.scripted.Client.body;
import static io.agyn.scripted.Client.events;
import static io.agyn.scripted.Client.types;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The effect of each script directive on the response. */
class ScriptedResponsesTest extends ProviderScene {

    @ParameterizedTest
    @CsvSource({
        "400, unsupported_parameter, invalid_request_error",
        "401, invalid_api_key, authentication_error",
        "404, model_not_found, not_found_error",
        "429, rate_limit_exceeded, rate_limit_error",
        "500, , api_error",
        "529, , overloaded_error"
    })
    void statusHasTheCloudsErrorBody(int status, String openAiCode, String anthropicType) throws Exception {
        String script = "status=%d;retry-after=7".formatted(status);
        HttpResponse<byte[]> openAi = client.scripted(script, RESPONSES, true);
        HttpResponse<byte[]> anthropic = client.scripted(script, MESSAGES, false);

        assertThat(openAi.statusCode()).isEqualTo(status);
        assertThat(openAi.headers().firstValue("retry-after")).contains("7");
        assertThat(error(openAi).getString("code")).isEqualTo(openAiCode);
        assertThat(anthropic.statusCode()).isEqualTo(status);
        assertThat(error(anthropic).getString("type")).isEqualTo(anthropicType);
    }

    @Test
    void headerOverridesModelAndModelOverridesDefault() throws Exception {
        String model = "{\"model\":\"scripted:status=404\"}";
        provider.script("status=500");

        assertThat(client.send(MESSAGES, model, "x-scripted", "status=429").statusCode())
                .isEqualTo(429);
        assertThat(client.send(MESSAGES, model).statusCode()).isEqualTo(404);
        assertThat(client.send(MESSAGES, body(false)).statusCode()).isEqualTo(500);
    }

    @Test
    void nextCallsTakeTheirScriptsInTurn() throws Exception {
        provider.scriptNext("status=429", "status=529");

        assertThat(client.send(MESSAGES, body(false)).statusCode()).isEqualTo(429);
        assertThat(client.send(MESSAGES, body(false)).statusCode()).isEqualTo(529);
        assertThat(client.send(MESSAGES, body(false)).statusCode()).isEqualTo(200);
    }

    @Test
    void toolIsCalledWithTheArgumentsOfTheScript() throws Exception {
        HttpResponse<String> response = client.send(
                MESSAGES,
                "{\"model\":\"m-1\",\"tools\":[{\"name\":\"shell\",\"input_schema\":{}}]}",
                "x-scripted",
                "arguments={\"command\":\"a=b\"}");

        assertThat(response.body()).contains("\"input\":{\"command\":\"a=b\"}");
    }

    @Test
    void invalidScriptIsReported() throws Exception {
        HttpResponse<byte[]> response = client.scripted("gzip;brake=3", MESSAGES, false);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(error(response).getString("message")).contains("brake=3");
        assertThatThrownBy(() -> provider.script("brake=3")).isInstanceOf(ScriptException.class);
    }

    @ParameterizedTest
    @CsvSource({"before, true", "within, true", "before, false", "within, false"})
    void stallEndsAfterItsDuration(String where, boolean stream) throws Exception {
        long begun = System.nanoTime();
        HttpResponse<byte[]> response = client.scripted("stall=%s;for=300ms".formatted(where), MESSAGES, stream);

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofMillis(290));
        assertThat(text(response)).contains("Hello").endsWith(stream ? "\n\n" : "}");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void stallWithinSendsTheStartAndNoticesADisconnect(boolean stream) throws Exception {
        try (Socket socket = client.socket(MESSAGES, stream, "stall=within")) {
            String begun = new String(socket.getInputStream().readNBytes(150), UTF_8);
            assertThat(begun).startsWith("HTTP/1.1 200 OK\r\n");
            provider.await(call -> call.responseBytes() > 0, PATIENCE);
        }
        ReceivedCall call = provider.await(ReceivedCall::callerLeft, PATIENCE);
        assertThat(call.endedAt()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void stallEndsOnResume(boolean stream) throws Exception {
        try (Socket socket = client.socket(RESPONSES, stream, "stall=within")) {
            provider.await(call -> call.responseBytes() > 0, PATIENCE);
            provider.resume();
            provider.await(call -> call.endedAt().isPresent(), PATIENCE);
            assertThat(provider.received().getFirst().callerLeft()).isFalse();
        }
    }

    @Test
    void resumeBeforeAResponseStallsPreventsItsStall() throws Exception {
        try (Socket socket = client.socket(RESPONSES, true, "stall=within;every=100ms")) {
            provider.await(call -> call.responseBytes() > 0, PATIENCE);
            provider.resume();
            provider.await(call -> call.endedAt().isPresent(), PATIENCE);
            assertThat(provider.received().getFirst().callerLeft()).isFalse();
        }
    }

    @Test
    void streamBreaksAfterItsEvents() throws Exception {
        try (Socket socket = client.socket(RESPONSES, true, "break=3")) {
            String all = new String(socket.getInputStream().readAllBytes(), UTF_8);

            assertThat(all)
                    .contains("transfer-encoding: chunked", "event: response.output_item.added")
                    .doesNotContain("event: response.content_part.added", "\r\n0\r\n");
        }
        assertThat(provider.received().getFirst().callerLeft()).isFalse();
    }

    @Test
    void jsonResponseBreaksBeforeItsEnd() throws Exception {
        try (Socket socket = client.socket(RESPONSES, false, "break=3")) {
            String all = new String(socket.getInputStream().readAllBytes(), UTF_8);

            int length = Integer.parseInt(all.replaceFirst("(?s).*content-length: (\\d+)\r\n.*", "$1"));
            String body = all.substring(all.indexOf("\r\n\r\n") + 4);
            assertThat(body).startsWith("{\"id\":").hasSizeBetween(length / 2, length - 1);
        }
    }

    @Test
    void breakBeforeTheFirstEventSendsTheHead() throws Exception {
        try (Socket socket = client.socket(RESPONSES, true, "break=0")) {
            assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .endsWith("\r\n\r\n");
        }
    }

    @Test
    void responsesAreCompressed() throws Exception {
        HttpResponse<byte[]> stream = client.scripted("gzip", RESPONSES, true);
        HttpResponse<byte[]> plain = client.scripted("gzip", MESSAGES, false);

        assertThat(stream.headers().firstValue("content-encoding")).contains("gzip");
        assertThat(types(events(unzipped(stream.body()))).getLast()).isEqualTo("response.completed");
        assertThat(plain.headers().firstValue("content-encoding")).contains("gzip");
        assertThat(new JsonObject(unzipped(plain.body())).getString("type")).isEqualTo("message");
    }

    @Test
    void redirectHasTheLocation() throws Exception {
        HttpResponse<byte[]> response = client.scripted("redirect=http://169.254.169.254/latest", MESSAGES, false);

        assertThat(response.statusCode()).isEqualTo(307);
        assertThat(response.headers().firstValue("location")).contains("http://169.254.169.254/latest");
    }

    @Test
    void unknownFieldsAndEventsAreAdded() throws Exception {
        assertThat(types(events(text(client.scripted("unknown", RESPONSES, true)))))
                .startsWith("response.created", "response.scripted_unknown.delta", "response.in_progress")
                .endsWith("response.completed");
        assertThat(types(events(text(client.scripted("unknown", MESSAGES, true)))))
                .startsWith("message_start", "scripted_unknown")
                .endsWith("message_stop");
        assertThat(text(client.scripted("unknown", MESSAGES, false))).contains("\"scripted_unknown\":{");
    }

    @Test
    void eventsPauseInBetween() throws Exception {
        long begun = System.nanoTime();
        String stream = text(client.scripted("events=20;every=10ms", MESSAGES, true));

        assertThat(types(events(stream)).stream().filter("content_block_delta"::equals))
                .hasSize(20);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
    }

    @ParameterizedTest
    @CsvSource({RESPONSES + ", true", RESPONSES + ", false", MESSAGES + ", true", MESSAGES + ", false"})
    void endlessResponseIsSentNoFasterThanItIsRead(String path, boolean stream) throws Exception {
        try (Socket socket = client.socket(path, stream, "endless")) {
            socket.getInputStream().readNBytes(1 << 20);
            long before = -1;
            long now = provider.received().getFirst().responseBytes();
            for (int i = 0; i < 50 && now != before; i++) {
                Thread.sleep(200);
                before = now;
                now = provider.received().getFirst().responseBytes();
            }
            assertThat(now).isEqualTo(before).isGreaterThan(1 << 20);
            // It does not block another caller.
            assertThat(client.send(MESSAGES, body(false)).statusCode()).isEqualTo(200);
        }
        provider.await(ReceivedCall::callerLeft, PATIENCE);
    }

    @Test
    void textHasTheRequestedSize() throws Exception {
        JsonObject response = new JsonObject(text(client.scripted("text=1500", MESSAGES, false)));

        assertThat(response.getJsonArray("content").getJsonObject(0).getString("text"))
                .hasSize(1500);
        assertThat(types(events(text(client.scripted("text=1500", MESSAGES, true)))))
                .hasSize(75 + 6);
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), UTF_8);
    }

    private static JsonObject error(HttpResponse<byte[]> response) {
        return new JsonObject(text(response)).getJsonObject("error");
    }

    private static String unzipped(byte[] bytes) throws IOException {
        try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return new String(gzip.readAllBytes(), UTF_8);
        }
    }
}
