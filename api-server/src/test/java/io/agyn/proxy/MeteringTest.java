package io.agyn.proxy;

import static io.agyn.proxy.Scene.PATIENCE;
import static io.agyn.proxy.Scene.body;
import static io.agyn.testing.Api.asAdmin;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.testing.Metrics;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The usage record of a call, however its connections end and however the provider encodes its response. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class MeteringTest {
    private static final String STREAM = "\"stream\":true";
    private static final String EVENTS = "Content-Type: text/event-stream";
    private static final String CHUNKED = "Transfer-Encoding: chunked";
    private static final String CREATED = """
        data: {"type":"response.created","sequence_number":6,"response":{"id":"resp_7"}}

        """;
    private static final String COMPLETED = """
        data: {"type":"response.completed","sequence_number":7,"response":{"usage":{"input_tokens":9,"output_tokens":4}}}

        """;
    private static final String FAILED = """
        data: {"type":"response.failed","response":{"error":{"code":"server_error","message":"No."}}}

        """;

    @RegisterExtension
    static final Scene SCENE = new Scene();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip, deflate, br, zstd | gzip",
                "br, zstd;q=0.9 | identity",
                "br;q=1.0, gzip;q=0.5, *;q=0 | gzip;q=0.5, identity;q=0",
                "* | gzip, identity"
            })
    void providerIsAskedOnlyForReadableEncodings(String accepted, String passed) throws Exception {
        SCENE.post("/v1/responses", body(SCENE.responses()), "accept-encoding: " + accepted);
        assertThat(SCENE.received().headers())
                .filteredOn(header -> header.name().equalsIgnoreCase("accept-encoding"))
                .singleElement()
                .satisfies(header -> assertThat(header.value()).isEqualTo(passed));
    }

    @Test
    void unreadableEncodingPassesAndIsRecordedAndCounted() throws Exception {
        double before = unknown();
        String bytes = "not really brotli";
        try (RawProvider provider = RawProvider.respondingWith(RawProvider.head(
                        "200 OK",
                        "Content-Type: application/json",
                        "Content-Encoding: br",
                        "Content-Length: " + bytes.length())
                + bytes)) {
            String model = SCENE.responsesModel(provider.origin());
            HttpResponse<byte[]> response = SCENE.post("/v1/responses", body(model));
            assertThat(Scene.text(response)).isEqualTo(bytes);
            assertThat(response.headers().firstValue("content-encoding")).hasValue("br");

            Map<String, Object> record = record(model);
            assertThat(record.get("outcome")).isEqualTo("completed");
            assertThat(record.get("input_tokens")).isNull();
            assertThat(record.get("usage_unknown_reason")).isEqualTo("unsupported_encoding");
            assertThat(record.get("operation")).isEqualTo("create_response");
        }
        assertThat(unknown()).isEqualTo(before + 1);
    }

    @Test
    void callerThatClosesAtTheLastEventHasACompletedCall() throws Exception {
        int calls = 16;
        try (RawProvider provider = RawProvider.start(exchange -> {
            exchange.body();
            exchange.send(RawProvider.head("200 OK", EVENTS, CHUNKED) + chunk(CREATED + COMPLETED));
            pause(50);
            exchange.send("0\r\n\r\n");
        })) {
            String model = SCENE.responsesModel(provider.origin());
            for (int i = 0; i < calls; i++) {
                try (RawCaller caller = Scene.connect()) {
                    caller.send(SCENE.whole("/v1/responses", body(model, STREAM)));
                    caller.awaitText("response.completed");
                }
                pause(100);
            }
            for (Map<String, Object> record : records(model, calls)) {
                assertThat(record.get("outcome")).isEqualTo("completed");
                assertThat(record.get("output_tokens")).isEqualTo(4);
            }
            // One per event loop, since each was read to its end.
            assertThat(provider.connections()).isLessThan(calls / 2);
        }
    }

    @Test
    void callerThatClosesAtAReportedFailureHasAFailedCall() throws Exception {
        try (RawProvider provider = RawProvider.start(exchange -> {
            exchange.body();
            exchange.send(RawProvider.head("200 OK", EVENTS, CHUNKED) + chunk(CREATED + FAILED));
            exchange.awaitEnd();
        })) {
            String model = SCENE.responsesModel(provider.origin());
            try (RawCaller caller = Scene.connect()) {
                caller.send(SCENE.whole("/v1/responses", body(model, STREAM)));
                caller.awaitText("response.failed");
            }
            assertThat(record(model).get("outcome")).isEqualTo("upstream_error");
        }
    }

    @Test
    void callerThatClosesBeforeTheLastEventHasACancelledCall() throws Exception {
        try (RawProvider provider = RawProvider.start(exchange -> {
            exchange.body();
            exchange.send(RawProvider.head("200 OK", EVENTS, CHUNKED) + chunk(CREATED));
            exchange.awaitEnd();
        })) {
            String model = SCENE.responsesModel(provider.origin());
            try (RawCaller caller = Scene.connect()) {
                caller.send(SCENE.whole("/v1/responses", body(model, STREAM)));
                caller.awaitText("response.created");
            }
            assertThat(record(model).get("outcome")).isEqualTo("client_cancelled");
        }
    }

    @Test
    void endlessRestAfterTheLastEventIsCancelled() throws Exception {
        try (RawProvider provider = RawProvider.start(exchange -> {
            exchange.body();
            exchange.send(RawProvider.head("200 OK", EVENTS, CHUNKED) + chunk(CREATED + COMPLETED));
            sendEndlessly(exchange);
        })) {
            String model = SCENE.responsesModel(provider.origin());
            try (RawCaller caller = Scene.connect()) {
                caller.send(SCENE.whole("/v1/responses", body(model, STREAM)));
                caller.awaitText("response.completed");
            }
            assertThat(record(model).get("outcome")).isEqualTo("completed");
            provider.awaitClosed(PATIENCE);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void brokenConnectionAfterTheLastEventEndsCleanly(boolean failed) throws Exception {
        String events = CREATED + (failed ? FAILED : COMPLETED);
        try (RawProvider provider = RawProvider.start(exchange -> {
            exchange.body();
            exchange.send(RawProvider.head("200 OK", EVENTS, CHUNKED) + chunk(events));
            pause(50);
            exchange.socket().setSoLinger(true, 0);
            exchange.socket().close();
        })) {
            String model = SCENE.responsesModel(provider.origin());
            try (RawCaller caller = Scene.connect()) {
                RawCaller.Response response = caller.send(SCENE.whole("/v1/responses", body(model, STREAM)))
                        .response();
                assertThat(response.isWhole()).isTrue();
                assertThat(response.body()).isEqualTo(events);
            }
            assertThat(record(model).get("outcome")).isEqualTo(failed ? "upstream_error" : "completed");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void openStreamAfterTheLastEventIsWaitedForBriefly(boolean withComments) throws Exception {
        try (RawProvider provider = RawProvider.start(exchange -> {
            exchange.body();
            exchange.send(RawProvider.head("200 OK", EVENTS, CHUNKED) + chunk(CREATED + COMPLETED));
            while (withComments) {
                pause(100);
                exchange.send(chunk(": still here\n\n"));
            }
            exchange.awaitEnd();
        })) {
            String model = SCENE.responsesModel(provider.origin());
            try (RawCaller caller = Scene.connect()) {
                long start = System.nanoTime();
                RawCaller.Response response = caller.send(SCENE.whole("/v1/responses", body(model, STREAM)))
                        .response();
                assertThat(response.isWhole()).isTrue();
                assertThat(response.body()).startsWith(CREATED + COMPLETED);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
                // The connection is reused.
                assertThat(caller.send(SCENE.whole("/v1/messages", body(SCENE.messages())))
                                .response()
                                .status())
                        .isEqualTo(200);
            }
            assertThat(record(model).get("outcome")).isEqualTo("completed");
            provider.awaitClosed(PATIENCE);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"error\":{\"message\":\"No.\",\"type\":\"server_error\"}}",
                "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"No.\"}}",
                "{\"id\":\"resp_1\",\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"No.\"}}",
                "{\"error\":\"No.\"}"
            })
    void errorWithStatus200IsAnErrorStreamedOrNot(String error) throws Exception {
        String event = "data: " + error + "\n\n";
        try (RawProvider provider = RawProvider.start(exchange -> {
            boolean streamed = new String(exchange.body(), UTF_8).contains(STREAM);
            exchange.send(RawProvider.head("200 OK", streamed ? EVENTS : "Content-Type: application/json", CHUNKED)
                    + chunk(streamed ? event : error) + "0\r\n\r\n");
        })) {
            String model = SCENE.responsesModel(provider.origin());
            assertThat(Scene.text(SCENE.post("/v1/responses", body(model)))).isEqualTo(error);
            assertThat(Scene.text(SCENE.post("/v1/responses", body(model, STREAM))))
                    .isEqualTo(event);
            assertThat(records(model, 2))
                    .allSatisfy(record -> assertThat(record.get("outcome")).isEqualTo("upstream_error"));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void lastEventWithoutItsEmptyLineCompletesTheStream(boolean chunked) throws Exception {
        String events = CREATED + COMPLETED.stripTrailing();
        try (RawProvider provider = RawProvider.start(exchange -> {
            exchange.body();
            exchange.send(RawProvider.head("200 OK", EVENTS, chunked ? CHUNKED : "Connection: close"));
            exchange.send(chunked ? chunk(events) + "0\r\n\r\n" : events);
            if (!chunked) {
                exchange.socket().close();
            }
        })) {
            String model = SCENE.responsesModel(provider.origin());
            try (RawCaller caller = Scene.connect()) {
                RawCaller.Response response = caller.send(SCENE.whole("/v1/responses", body(model, STREAM)))
                        .response();
                assertThat(response.isWhole()).isTrue();
                assertThat(response.body()).isEqualTo(events);
            }
            assertThat(record(model).get("outcome")).isEqualTo("completed");
        }
    }

    @Test
    void halfALastEventIsATruncatedStream() throws Exception {
        String events = CREATED + COMPLETED.substring(0, COMPLETED.length() / 2);
        try (RawProvider provider = RawProvider.start(exchange -> {
            exchange.body();
            exchange.send(RawProvider.head("200 OK", EVENTS, CHUNKED) + chunk(events) + "0\r\n\r\n");
        })) {
            String model = SCENE.responsesModel(provider.origin());
            SCENE.post("/v1/responses", body(model, STREAM));
            assertThat(record(model).get("outcome")).isEqualTo("upstream_truncated");
        }
    }

    @Test
    void countingTokensIsDistinguishedFromCalls() throws Exception {
        try (RawProvider provider =
                RawProvider.respondingWith(RawProvider.head("200 OK", "Content-Length: 2") + "{}")) {
            String model = SCENE.messagesModel(provider.origin());
            SCENE.post("/v1/messages/count_tokens", body(model));
            SCENE.post("/v1/messages", body(model));
            List<Map<String, Object>> records = records(model, 2);
            assertThat(records)
                    .extracting(record -> record.get("operation"))
                    .containsExactly("create_message", "count_message_tokens");
            List<Map<String, Object>> rows = asAdmin()
                    .get(
                            "/organizations/{org}/usage?group_by=operation&model_id={model}",
                            SCENE.organization(),
                            records.getFirst().get("model_id"))
                    .then()
                    .statusCode(200)
                    .extract()
                    .path("rows");
            assertThat(rows)
                    .extracting(row -> row.get("operation"))
                    .containsExactlyInAnyOrder("create_message", "count_message_tokens");
        }
    }

    @Test
    void rejectedCallOfABoundTokenBelongsToItsOrganization() throws Exception {
        String organization = Api.organization();
        String token = Api.tokenBoundTo(organization);
        assertThat(SCENE.postWithoutToken("/v1/responses", body("no-such-model"), "authorization: Bearer " + token)
                        .statusCode())
                .isEqualTo(404);
        Map<String, Object> record = await(organization, "", 1).getFirst();
        assertThat(record.get("outcome")).isEqualTo("refused");
        assertThat(record.get("model_name")).isNull();
        assertThat(record.get("status")).isEqualTo(404);
    }

    private static String chunk(String text) {
        return Integer.toHexString(text.getBytes(UTF_8).length) + "\r\n" + text + "\r\n";
    }

    private static void sendEndlessly(RawProvider.Exchange exchange) throws IOException {
        String comment = chunk(": " + "x".repeat(1000) + "\n\n");
        while (true) {
            exchange.send(comment);
            pause(1);
        }
    }

    private static void pause(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static double unknown() {
        return Metrics.read().sum("agyn_usage_unknown_total{reason=\"unsupported_encoding\"}");
    }

    private static Map<String, Object> record(String model) {
        return records(model, 1).getFirst();
    }

    private static List<Map<String, Object>> records(String model, int count) {
        String id = asAdmin()
                .get("/organizations/{org}/models?name={name}", SCENE.organization(), model)
                .then()
                .extract()
                .path("items[0].id");
        return await(SCENE.organization(), "?model_id=" + id, count);
    }

    private static List<Map<String, Object>> await(String organization, String query, int count) {
        return Awaitility.await()
                .atMost(PATIENCE)
                .until(
                        () -> asAdmin()
                                .get("/organizations/{org}/usage/records" + query, organization)
                                .then()
                                .statusCode(200)
                                .extract()
                                .path("items"),
                        found -> found.size() == count);
    }
}
