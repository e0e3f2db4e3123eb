package io.agyn.proxy;

import static io.agyn.proxy.Scene.body;
import static io.agyn.proxy.Scene.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.database.PostgresTestResource;
import io.agyn.proxy.FallbackScene.At;
import io.agyn.scripted.ReceivedCall;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of models with fallbacks, whose first target fails. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@TestProfile(FallbackTest.Limits.class)
@Timeout(60)
class FallbackTest {
    private static final int REPLAY_LIMIT = 64 << 10;
    private static final String EVENT_STREAM = "Content-Type: text/event-stream";

    public static final class Limits implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "agyn.proxy.replay-limit", Integer.toString(REPLAY_LIMIT),
                    "agyn.proxy.first-byte-timeout", "1s",
                    "agyn.proxy.idle-timeout", "3s");
        }
    }

    @RegisterExtension
    static final Scene SCENE = new Scene();

    /** A way to fail before the response; some come without a connection, so that nothing is sent. */
    enum Failure {
        REFUSED(false),
        NO_TLS(false),
        RESET(false),
        STATUS_429(false),
        STATUS_500(false),
        STATUS_502(false),
        STATUS_503(false),
        STATUS_504(false),
        STATUS_529(false),
        ERROR_EVENT(true),
        RESET_BEFORE_EVENT(true);

        private final boolean needsStream;

        Failure(boolean needsStream) {
            this.needsStream = needsStream;
        }

        boolean isBeforeTheBody() {
            return this == REFUSED || this == NO_TLS;
        }

        RawProvider provider() throws IOException {
            return switch (this) {
                case REFUSED, NO_TLS -> {
                    RawProvider closed = RawProvider.respondingWith("");
                    closed.close();
                    yield closed;
                }
                case RESET ->
                    RawProvider.start(exchange -> {
                        exchange.body();
                        exchange.socket().close();
                    });
                case ERROR_EVENT ->
                    RawProvider.respondingWith(RawProvider.head("200 OK", EVENT_STREAM)
                            + "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
                            + "\"message\":\"Overloaded\"}}\n\n");
                case RESET_BEFORE_EVENT ->
                    RawProvider.start(exchange -> {
                        exchange.body();
                        exchange.send(RawProvider.head("200 OK", EVENT_STREAM, "Content-Length: 500") + ": wait\n\n");
                        exchange.socket().close();
                    });
                default -> failing(Integer.parseInt(name().substring("STATUS_".length())));
            };
        }
    }

    private static RawProvider failing(int status, String... headers) throws IOException {
        List<String> lines = new ArrayList<>(List.of("Content-Type: application/json", "Content-Length: 13"));
        lines.addAll(List.of(headers));
        return RawProvider.respondingWith(
                RawProvider.head(status + " Failed", lines.toArray(String[]::new)) + "{\"error\":\"!\"}");
    }

    static Stream<Arguments> failures() {
        return Stream.of(Failure.values()).flatMap(failure -> Stream.of("responses", "anthropic_messages")
                .flatMap(protocol -> Stream.of(true, false)
                        .filter(stream -> stream || !failure.needsStream)
                        .flatMap(stream -> Stream.of(0, 40 << 10, 200 << 10)
                                // Without a copy of the body, the head of a stream is not held back.
                                .filter(size -> size < REPLAY_LIMIT || failure != Failure.RESET_BEFORE_EVENT)
                                .map(size -> Arguments.of(failure, protocol, stream, size)))));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void nextTargetRespondsUnlessTheBodyIsTooLarge(Failure failure, String protocol, boolean stream, int size)
            throws Exception {
        FallbackScene targets = new FallbackScene(SCENE, protocol);
        try (RawProvider broken = failure.provider()) {
            String origin = broken.origin();
            At first = targets.at(failure == Failure.NO_TLS ? scripted().replace("http:", "https:") : origin, "first");
            At second = targets.at(scripted(), "second");
            String model = targets.model(first, second);
            String call = body(model, "\"stream\":" + stream, "\"metadata\":\"" + "x".repeat(size) + "\"");

            HttpResponse<byte[]> response = SCENE.post(path(protocol), call);

            if (size > REPLAY_LIMIT && !failure.isBeforeTheBody()) {
                assertThat(response.headers().firstValue("x-agyn-attempts")).contains("1");
                assertThat(SCENE.provider().received()).isEmpty();
                return;
            }
            assertThat(response.statusCode()).as(text(response)).isEqualTo(200);
            assertThat(response.headers().firstValue("x-agyn-attempts")).contains("2");
            assertThat(response.headers().firstValue("x-agyn-provider")).contains(second.name());
            assertThat(text(response)).contains("scripted");
            assertThat(SCENE.received().text()).isEqualTo(call.replace(model, "second"));
        }
    }

    @Test
    void modelWithoutFallbacksHasNoHeadersOfThem() {
        HttpResponse<byte[]> response = SCENE.post("/v1/responses", body(SCENE.responses()));
        assertThat(response.headers().firstValue("x-agyn-attempts")).isEmpty();
        assertThat(response.headers().firstValue("x-agyn-provider")).isEmpty();
    }

    @Test
    void lastFailureIsForwardedUnchanged() throws Exception {
        FallbackScene targets = responses();
        try (RawProvider first = failing(503);
                RawProvider second = failing(429, "retry-after: 7")) {
            At last = targets.at(second.origin(), "second");
            HttpResponse<byte[]> response =
                    SCENE.post("/v1/responses", body(targets.model(targets.at(first.origin(), "first"), last)));
            assertThat(response.statusCode()).isEqualTo(429);
            assertThat(response.headers().firstValue("retry-after")).contains("7");
            assertThat(response.headers().firstValue("x-agyn-attempts")).contains("2");
            assertThat(response.headers().firstValue("x-agyn-provider")).contains(last.name());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 404, 413})
    void callersErrorIsNotTriedElsewhere(int status) throws Exception {
        FallbackScene targets = responses();
        try (RawProvider first = failing(status)) {
            HttpResponse<byte[]> response = SCENE.post(
                    "/v1/responses",
                    body(targets.model(targets.at(first.origin(), "first"), targets.at(scripted(), "second"))));
            assertThat(response.statusCode()).isEqualTo(status);
            assertThat(SCENE.provider().received()).isEmpty();
        }
    }

    @Test
    void failureAfterTheFirstEventEndsTheCall() throws Exception {
        FallbackScene targets = responses();
        try (RawProvider first = RawProvider.start(exchange -> {
            exchange.body();
            exchange.send(RawProvider.head("200 OK", EVENT_STREAM, "Content-Length: 500")
                    + "data: {\"type\":\"response.created\",\"response\":{\"id\":\"resp_1\"}}\n\n");
            exchange.socket().close();
        })) {
            String model = targets.model(targets.at(first.origin(), "first"), targets.at(scripted(), "second"));
            try (RawCaller caller = Scene.connect()) {
                caller.send(SCENE.whole("/v1/responses", body(model, "\"stream\":true")));
                assertThat(caller.response().body())
                        .contains("response.created")
                        .doesNotContain("scripted");
            }
            assertThat(SCENE.provider().received()).isEmpty();
        }
    }

    @Test
    void timeoutIsTriedElsewhereOnlyIfTheModelSaysSo() throws Exception {
        FallbackScene targets = responses();
        try (RawProvider silent = RawProvider.start(exchange -> {
            exchange.body();
            exchange.awaitEnd();
        })) {
            At second = targets.at(scripted(), "second");
            String careful = targets.model(targets.at(silent.origin(), "first"), second);
            assertThat(SCENE.post("/v1/responses", body(careful)).statusCode()).isEqualTo(504);
            assertThat(SCENE.provider().received()).isEmpty();

            String eager =
                    targets.model(Map.of("retry_on_timeout", true), targets.at(silent.origin(), "first"), second);
            assertThat(SCENE.post("/v1/responses", body(eager)).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void encryptedReasoningStaysAtItsTarget() throws Exception {
        FallbackScene targets = responses();
        try (RawProvider first = failing(503)) {
            String model = targets.model(targets.at(first.origin(), "first"), targets.at(scripted(), "second"));
            HttpResponse<byte[]> response = SCENE.post(
                    "/v1/responses", body(model, "\"more\":[{\"type\":\"reasoning\",\"encrypted_content\":\"gAAA\"}]"));
            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(SCENE.provider().received()).isEmpty();
        }
    }

    @Test
    void storedResponseIsContinuedAtItsTarget() throws Exception {
        FallbackScene targets = responses();
        try (RawProvider first = failing(503, "retry-after: 1")) {
            String model = targets.model(targets.at(first.origin(), "first"), targets.at(scripted(), "second"));
            HttpResponse<byte[]> created = SCENE.post("/v1/responses", body(model));
            assertThat(created.statusCode()).isEqualTo(200);
            String id = new JsonObject(text(created)).getString("id");
            // The first target is called again, unless the stored object pins the call.
            Thread.sleep(Duration.ofMillis(1200));
            HttpResponse<byte[]> continued =
                    SCENE.post("/v1/responses", body(model, "\"previous_response_id\":\"" + id + "\""));
            assertThat(continued.statusCode()).as(text(continued)).isEqualTo(200);
            assertThat(continued.headers().firstValue("x-agyn-attempts")).contains("1");
            assertThat(first.connections()).isEqualTo(1);
        }
    }

    @Test
    void failedTargetIsSkippedWhileItCoolsDown() throws Exception {
        FallbackScene targets = responses();
        try (RawProvider first = failing(529, "retry-after: 30")) {
            String model = targets.model(targets.at(first.origin(), "first"), targets.at(scripted(), "second"));
            assertThat(SCENE.post("/v1/responses", body(model)).headers().firstValue("x-agyn-attempts"))
                    .contains("2");
            assertThat(SCENE.post("/v1/responses", body(model)).headers().firstValue("x-agyn-attempts"))
                    .contains("1");
            assertThat(first.heads()).hasSize(1);
        }
    }

    @Test
    void restOfTheBodyGoesToTheNextTarget() throws Exception {
        FallbackScene targets = responses();
        // Responds before it has the body.
        try (RawProvider first = RawProvider.start(exchange -> {
            exchange.send(RawProvider.head("503 Busy", "Content-Length: 2") + "{}");
            exchange.awaitEnd();
        })) {
            String model = targets.model(targets.at(first.origin(), "first"), targets.at(scripted(), "second"));
            String call = body(model, "\"metadata\":\"" + "y".repeat(30_000) + "\"");
            try (RawCaller caller = Scene.connect()) {
                String whole = SCENE.whole("/v1/responses", call);
                caller.send(whole.substring(0, whole.length() - 20_000));
                ReceivedCall begun = SCENE.provider().await(received -> received.body().length > 5_000, Scene.PATIENCE);
                assertThat(begun.bodyEnded()).isFalse();
                caller.send(whole.substring(whole.length() - 20_000));
                assertThat(SCENE.received().text()).isEqualTo(call.replace(model, "second"));
            }
        }
    }

    @Test
    void callerThatLeavesDuringAFallbackEndsTheCall() throws Exception {
        FallbackScene targets = responses();
        SCENE.provider().script("stall=before");
        try (RawProvider first = failing(503)) {
            String model = targets.model(targets.at(first.origin(), "first"), targets.at(scripted(), "second"));
            try (RawCaller caller = Scene.connect()) {
                caller.send(SCENE.whole("/v1/responses", body(model)));
                SCENE.provider().await(ReceivedCall::bodyEnded, Scene.PATIENCE);
            }
            SCENE.provider().await(ReceivedCall::callerLeft, Scene.PATIENCE);
        }
    }

    @Test
    void sessionKeepsItsTargetUnderWeights() throws Exception {
        FallbackScene targets = responses();
        At first = targets.at(scripted(), "first");
        At second = targets.at(scripted(), "second");
        String model = targets.model(Map.of("routing", "weighted"), first, second);
        for (int session = 0; session < 20; session++) {
            for (int call = 0; call < 2; call++) {
                assertThat(SCENE.post("/v1/responses", body(model), "x-agyn-thread-id: thread " + session)
                                .statusCode())
                        .isEqualTo(200);
            }
        }
        List<String> called = SCENE.provider().received().stream()
                .map(ReceivedCall::text)
                .map(text -> text.contains("\"first\"") ? "first" : "second")
                .toList();
        for (int i = 0; i < called.size(); i += 2) {
            assertThat(called.get(i)).isEqualTo(called.get(i + 1));
        }
        assertThat(called).contains("first", "second");
    }

    private static FallbackScene responses() {
        return new FallbackScene(SCENE, "responses");
    }

    private static String scripted() {
        return SCENE.provider().origin() + "/v1";
    }

    private static String path(String protocol) {
        return protocol.equals("responses") ? "/v1/responses" : "/v1/messages";
    }
}
