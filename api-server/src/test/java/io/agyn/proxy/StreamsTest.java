package io.agyn.proxy;

import static io.agyn.proxy.Scene.PATIENCE;
import static io.agyn.proxy.Scene.body;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.database.PostgresTestResource;
import io.agyn.scripted.ReceivedCall;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streamed responses: their flow, their end, and interruptions. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class StreamsTest {
    private static final Duration A_SECOND = Duration.ofSeconds(1);
    private static final String STREAM = "\"stream\":true";
    private static final String EVENTS = "Content-Type: text/event-stream";
    private static final String CHUNKED = "Transfer-Encoding: chunked";

    @RegisterExtension
    static final Scene SCENE = new Scene();

    @Test
    void eventIsForwardedWhenItIsSent() throws Exception {
        SCENE.provider().script("stall=within");
        try (RawCaller caller = responses(STREAM)) {
            assertThat(caller.head().getFirst()).contains("200");
            caller.awaitText("response.in_progress");
        }
    }

    @Test
    void headIsForwardedBeforeTheFirstEvent() throws Exception {
        try (RawProvider provider = RawProvider.start(exchange -> {
                    exchange.body();
                    exchange.send(RawProvider.head("200 OK", EVENTS, CHUNKED));
                    exchange.awaitEnd();
                });
                RawCaller caller = Scene.connect()) {
            caller.send(SCENE.whole("/v1/responses", body(SCENE.responsesModel(provider.origin()), STREAM)));
            assertThat(caller.head().getFirst()).contains("200");
        }
    }

    @Test
    void compressedStreamPassesUnchanged() throws Exception {
        SCENE.provider().script("gzip;events=50");
        HttpResponse<byte[]> response = SCENE.post("/v1/responses", body(SCENE.responses(), STREAM));
        assertThat(response.headers().allValues("content-encoding")).containsExactly("gzip");
        byte[] events = new GZIPInputStream(new ByteArrayInputStream(response.body())).readAllBytes();
        assertThat(new String(events, UTF_8)).contains("response.created").contains("response.completed");

        SCENE.provider().script("gzip;stall=within");
        try (RawCaller caller = responses(STREAM)) {
            caller.head();
            assertThat(caller.some()).isNotEmpty();
        }
    }

    @Test
    void streamEndsWhenTheProviderEndsIt() throws Exception {
        SCENE.provider().script("events=200");
        try (RawCaller caller = responses(STREAM)) {
            RawCaller.Response response = caller.response();
            assertThat(response.isWhole()).isTrue();
            assertThat(response.body()).contains("response.completed").doesNotContain("event: error");
            // The connection is reused.
            assertThat(caller.send(SCENE.whole("/v1/messages", body(SCENE.messages(), STREAM)))
                            .response()
                            .body())
                    .contains("message_stop");
        }
    }

    @Test
    void streamThatBreaksBetweenEventsEndsWithAnErrorEvent() throws Exception {
        SCENE.provider().script("break=3");
        try (RawCaller caller = responses(STREAM)) {
            RawCaller.Response response = caller.response();
            // Otherwise Codex reports the broken connection instead of the reason.
            assertThat(response.isWhole()).isTrue();
            JsonObject failed = lastEvent(response.body(), "response.failed");
            assertThat(failed.getString("type")).isEqualTo("response.failed");
            assertThat(failed.getJsonObject("response").getString("status")).isEqualTo("failed");
            String message =
                    failed.getJsonObject("response").getJsonObject("error").getString("message");
            assertThat(message).contains("provider-").doesNotContain("127.0.0.1");
            assertThat(failed.getJsonObject("response").getJsonObject("error").getString("code"))
                    .isEqualTo("provider_broke_off");
            assertThat(failed.getJsonObject("error").getString("message")).isEqualTo(message);
            assertThat(response.body().split("\n\n")).hasSize(4);
            // The connection is reused.
            SCENE.provider().script("");
            assertThat(caller.send(SCENE.whole("/v1/messages", body(SCENE.messages())))
                            .response()
                            .status())
                    .isEqualTo(200);
            SCENE.provider().script("break=3");
        }
        try (RawCaller caller = Scene.connect()) {
            RawCaller.Response response = caller.send(SCENE.whole("/v1/messages", body(SCENE.messages(), STREAM)))
                    .response();
            assertThat(response.isWhole()).isTrue();
            JsonObject error = lastEvent(response.body(), "error");
            assertThat(error.getString("type")).isEqualTo("error");
            assertThat(error.getJsonObject("error").getString("type")).isEqualTo("api_error");
        }
    }

    @Test
    void streamBrokenWithinAnEventGetsNoErrorEvent() throws Exception {
        String half = "event: a\ndata: {\"type\":\"a\"}\n\nevent: b\ndata: {\"ty";
        assertBroken(half, half, RawProvider.head("200 OK", EVENTS, CHUNKED), true);
    }

    @Test
    void plainResponseThatBreaksIsTruncated() throws Exception {
        assertBroken("{\"id\":", "{\"id\":", RawProvider.head("200 OK", "Content-Length: 100"), false);
        assertBroken("{\"id\":", "{\"id\":", RawProvider.head("200 OK", CHUNKED), true);
        SCENE.provider().script("break=1");
        try (RawCaller caller = responses("\"stream\":false")) {
            assertThat(caller.response().isWhole()).isFalse();
        }
    }

    @Test
    void brokenCompressedStreamIsNotComplete() throws Exception {
        SCENE.provider().script("gzip;break=3");
        try (RawCaller caller = responses(STREAM)) {
            RawCaller.Response response = caller.response();
            assertThat(response.isWhole()).isFalse();
            assertThat(response.body()).doesNotContain("event: error");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void streamEndedByItsConnectionFailsUnlessItsLastEventArrived(boolean withLast) throws Exception {
        String first = "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{}}\n\n";
        String last = "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{}}\n\n";
        try (RawProvider provider = RawProvider.start(exchange -> {
                    exchange.body();
                    exchange.send(RawProvider.head("200 OK", EVENTS, "Connection: close"));
                    exchange.send(withLast ? first + last : first);
                    exchange.socket().close();
                });
                RawCaller caller = Scene.connect()) {
            RawCaller.Response response = caller.send(
                            SCENE.whole("/v1/responses", body(SCENE.responsesModel(provider.origin()), STREAM)))
                    .response();
            assertThat(response.isWhole()).isTrue();
            if (withLast) {
                assertThat(response.body()).isEqualTo(first + last);
            } else {
                assertThat(response.body()).startsWith(first);
                lastEvent(response.body(), "response.failed");
            }
        }
    }

    @Test
    void callerThatDoesNotReadPausesTheProvider() throws Exception {
        SCENE.provider().script("endless");
        try (RawCaller caller = responses(STREAM)) {
            caller.head();
            long sent = SCENE.awaitStalled();
            // Only the sockets' and queues' capacity.
            assertThat(sent).isLessThan(32L << 20);
            // The caller continues when the provider reads.
            for (long read = 0; read < sent + (1 << 20); ) {
                read += caller.some().length;
            }
            SCENE.provider().await(call -> call.responseBytes() > sent, PATIENCE);
            caller.reset();
            assertCallerLeft();
        }
    }

    @Test
    void slowCallerGetsTheWholeResponse() throws Exception {
        SCENE.provider().script("text=4000000;events=1000");
        try (RawCaller caller = responses(STREAM)) {
            caller.head();
            SCENE.awaitStalled();
            caller.awaitText("response.completed");
        }
        assertThat(SCENE.received().callerLeft()).isFalse();
    }

    @Test
    void providerThatDoesNotReadStopsTheCaller() throws Exception {
        int most = 64 << 20;
        try (RawProvider provider = RawProvider.start(RawProvider.Exchange::awaitNothing);
                RawCaller caller = Scene.connect()) {
            String model = SCENE.responsesModel(provider.origin());
            caller.send(SCENE.head("/v1/responses", "Content-Length: " + (20 << 20)));
            long taken = caller.sendWhatIsTaken(body(model).replace("Hi", "x".repeat(most)), Duration.ofMillis(500));
            assertThat(taken).isLessThan(20L << 20);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"endless;every=50ms", "endless", "stall=before", "stall=within"})
    void callerThatDisconnectsCancelsTheCall(String script) throws Exception {
        SCENE.provider().script(script);
        for (String stream : List.of(STREAM, "\"stream\":false")) {
            for (boolean byForce : List.of(true, false)) {
                SCENE.provider().forget();
                try (RawCaller caller = responses(stream)) {
                    SCENE.provider()
                            .await(
                                    call -> call.bodyEnded() && (script.endsWith("before") || call.responseBytes() > 0),
                                    PATIENCE);
                    if (byForce) {
                        caller.reset();
                    } else {
                        caller.close();
                    }
                    assertCallerLeft();
                }
            }
        }
    }

    @Test
    void callerThatDisconnectsDuringUploadCancelsTheCall() throws Exception {
        try (RawCaller caller = Scene.connect()) {
            caller.send(SCENE.head("/v1/responses", "Content-Length: 1000"))
                    .send("{\"model\":\"" + SCENE.responses() + "\",");
            SCENE.provider().await(call -> call.body().length > 0, PATIENCE);
            caller.close();
            assertCallerLeft();
        }
        assertThat(SCENE.provider().received().getFirst().bodyEnded()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void responseBeforeTheRequestsEndPassesImmediately(boolean closing) throws Exception {
        String error = "{\"error\":{\"message\":\"too long\"}}";
        try (RawProvider provider = RawProvider.start(exchange -> {
                    exchange.send(RawProvider.head(
                                    "400 Bad Request",
                                    "Content-Type: application/json",
                                    "Content-Length: " + error.length(),
                                    closing ? "Connection: close" : "X-A: 1")
                            + error);
                    exchange.awaitEnd();
                });
                RawCaller caller = Scene.connect()) {
            String start = "{\"model\":\"" + SCENE.responsesModel(provider.origin()) + "\",\"x\":\"";
            String rest = "x".repeat(3_000_000) + "\"}";
            caller.send(SCENE.head("/v1/responses", "Content-Length: " + (start.length() + rest.length())))
                    .send(start);
            RawCaller.Response response = caller.response();
            assertThat(response.status()).isEqualTo(400);
            assertThat(response.body()).isEqualTo(error);
            // The rest is read and discarded.
            caller.send(rest).send(SCENE.whole("/v1/responses", body(SCENE.responses())));
            assertThat(caller.response().status()).isEqualTo(200);
            assertThat(provider.heads()).hasSize(1);
        }
    }

    @Test
    void earlyResponseStreamsWhileTheRequestContinues() throws Exception {
        try (RawProvider provider = RawProvider.start(exchange -> {
                    exchange.send(RawProvider.head("200 OK", EVENTS, CHUNKED) + "d\r\ndata: begun\n\n\r\n");
                    int length = exchange.body().length;
                    String last = "data: " + length + "\n\n";
                    exchange.send(Integer.toHexString(last.length()) + "\r\n" + last + "\r\n0\r\n\r\n");
                });
                RawCaller caller = Scene.connect()) {
            String model = SCENE.responsesModel(provider.origin());
            String start = "{\"model\":\"" + model + "\",\"x\":\"";
            caller.send(SCENE.head("/v1/responses", "Content-Length: " + (start.length() + 102)))
                    .send(start);
            caller.head();
            caller.awaitText("begun");
            caller.send("x".repeat(100) + "\"}");
            caller.awaitText("data: " + (start.length() + 102 - model.length() + "gpt-4o".length()));
        }
    }

    private static RawCaller responses(String member) throws Exception {
        RawCaller caller = Scene.connect();
        return caller.send(SCENE.whole("/v1/responses", body(SCENE.responses(), member)));
    }

    private static void assertCallerLeft() throws Exception {
        SCENE.provider().await(ReceivedCall::callerLeft, A_SECOND);
    }

    private static void assertBroken(String sent, String expected, String head, boolean chunked) throws Exception {
        try (RawProvider provider = RawProvider.start(exchange -> {
                    exchange.body();
                    exchange.send(head);
                    exchange.send(chunked ? Integer.toHexString(sent.length()) + "\r\n" + sent + "\r\n" : sent);
                    exchange.socket().close();
                });
                RawCaller caller = Scene.connect()) {
            RawCaller.Response response = caller.send(
                            SCENE.whole("/v1/responses", body(SCENE.responsesModel(provider.origin()))))
                    .response();
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.isWhole()).isFalse();
            assertThat(response.body()).isEqualTo(expected);
        }
    }

    @Test
    void failureEventContinuesTheStreamsNumbersAndId() throws Exception {
        String created =
                "data: {\"type\":\"response.created\",\"sequence_number\":6,\"response\":{\"id\":\"resp_7\"}}\n\n";
        try (RawProvider provider = RawProvider.start(exchange -> {
                    exchange.body();
                    exchange.send(RawProvider.head("200 OK", EVENTS, CHUNKED));
                    exchange.send(Integer.toHexString(created.length()) + "\r\n" + created + "\r\n");
                    exchange.socket().close();
                });
                RawCaller caller = Scene.connect()) {
            String model = SCENE.responsesModel(provider.origin());
            RawCaller.Response response = caller.send(SCENE.whole("/v1/responses", body(model, STREAM)))
                    .response();
            JsonObject failed = lastEvent(response.body(), "response.failed");
            assertThat(failed.getLong("sequence_number")).isEqualTo(7);
            assertThat(failed.getJsonObject("response").getString("id")).isEqualTo("resp_7");
        }
    }

    private static JsonObject lastEvent(String body, String name) {
        assertThat(body).contains("event: " + name + "\ndata: ").endsWith("}\n\n");
        return new JsonObject(body.substring(body.lastIndexOf("data: ") + "data: ".length()));
    }
}
