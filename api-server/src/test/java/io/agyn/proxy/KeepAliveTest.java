package io.agyn.proxy;

import static io.agyn.proxy.Scene.body;
import static io.agyn.proxy.Scene.text;
import static io.agyn.testing.Api.asAdmin;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.regex.Pattern.quote;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Metrics;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Keep-alives while a provider's stream is silent. */
@QuarkusTest
@TestProfile(KeepAliveTest.EverySecond.class)
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class KeepAliveTest {
    private static final String COMMENT = ": keep-alive\n";
    private static final String PING = "event: ping\ndata: {\"type\": \"ping\"}\n\n";
    private static final String FIRST = "event: response.created\ndata: {\"type\":\"response.created\"}\n\n";
    private static final String LAST =
            "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\"}}\n\n";
    private static final String EVENTS = "Content-Type: text/event-stream";
    private static final String STREAM = "\"stream\":true";

    public static final class EverySecond implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("agyn.proxy.keep-alive", "1s", "agyn.proxy.idle-timeout", "4s");
        }
    }

    @RegisterExtension
    static final Scene SCENE = new Scene();

    @Test
    void commentsAreSentBeforeAndBetweenResponsesEvents() throws Exception {
        double before = sent();
        try (RawProvider provider = pausing(EVENTS, "", 2500, FIRST, 2500, LAST)) {
            String body = call("/v1/responses", SCENE.responsesModel(provider.origin()));
            assertThat(body).matches(some(COMMENT) + quote(FIRST) + some(COMMENT) + quote(LAST));
            assertThat(provider.heads().getFirst()).containsIgnoringCase("accept-encoding: identity");
            assertThat(sent()).isEqualTo(before + body.split(COMMENT, -1).length - 1);
        }
    }

    @Test
    void pingsAreSentBetweenMessagesEvents() throws Exception {
        String first = "event: message_start\ndata: {\"type\":\"message_start\"}\n\n";
        String last = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
        try (RawProvider provider = pausing(EVENTS, first, 2500, last)) {
            String body = call("/v1/messages", SCENE.messagesModel(provider.origin()));
            assertThat(body).matches(quote(first) + some(PING) + quote(last));
        }
    }

    @Test
    void nothingIsInsertedWithinAnEventOrAfterTheLast() throws Exception {
        try (RawProvider provider =
                pausing(EVENTS, FIRST.substring(0, 30), 2500, FIRST.substring(30) + LAST, 500, "")) {
            assertThat(call("/v1/responses", SCENE.responsesModel(provider.origin())))
                    .isEqualTo(FIRST + LAST);
        }
    }

    @Test
    void plainAndCompressedResponsesPassUnchanged() throws Exception {
        try (RawProvider provider = pausing("Content-Type: application/json", "{", 2500, "}")) {
            assertThat(call("/v1/responses", SCENE.responsesModel(provider.origin())))
                    .isEqualTo("{}");
        }
        byte[] compressed = gzip(FIRST + LAST);
        try (RawProvider provider = RawProvider.start(exchange -> {
            exchange.body();
            exchange.send(RawProvider.head("200 OK", EVENTS, "Content-Encoding: gzip", "Connection: close"));
            sleep(2500);
            exchange.send(compressed);
            exchange.socket().close();
        })) {
            HttpResponse<byte[]> response =
                    SCENE.post("/v1/responses", body(SCENE.responsesModel(provider.origin()), STREAM));
            assertThat(response.body()).isEqualTo(compressed);
        }
    }

    /** Removing the keep-alives gives the provider's bytes, wherever it pauses. */
    @Test
    void streamsPassUnchangedBetweenKeepAlives() throws Exception {
        Map<String, String> sent = new ConcurrentHashMap<>();
        AtomicInteger seeds = new AtomicInteger();
        try (RawProvider provider = RawProvider.start(exchange -> {
                    exchange.body();
                    int seed = seeds.incrementAndGet();
                    Random random = new Random(seed);
                    String events = events(random);
                    sent.put(Integer.toString(seed), events);
                    exchange.send(RawProvider.head("200 OK", EVENTS, "Connection: close", "X-Seed: " + seed));
                    int cut = random.nextInt(events.length());
                    sleep(random.nextInt(1500));
                    exchange.send(events.substring(0, cut));
                    sleep(random.nextInt(2500));
                    exchange.send(events.substring(cut));
                    exchange.socket().close();
                });
                ExecutorService callers =
                        Executors.newFixedThreadPool(100, Thread.ofVirtual().factory())) {
            String model = SCENE.responsesModel(provider.origin());
            List<Future<HttpResponse<byte[]>>> responses = IntStream.range(0, 200)
                    .mapToObj(i -> callers.submit(() -> SCENE.post("/v1/responses", body(model, STREAM))))
                    .toList();
            int keepAlives = 0;
            for (Future<HttpResponse<byte[]>> future : responses) {
                HttpResponse<byte[]> response = future.get();
                String seed = response.headers().firstValue("x-seed").orElseThrow();
                String[] parts = text(response).split(COMMENT, -1);
                assertThat(String.join("", parts)).as(seed).isEqualTo(sent.get(seed));
                StringBuilder before = new StringBuilder();
                for (int i = 0; i < parts.length - 1; i++) {
                    // The provider's first events and its line breaks are whole.
                    assertThat(before.append(parts[i]).toString()).as(seed).matches("(?s)|.*(\n\n|\r\n\r\n?|\r\r)");
                    keepAlives++;
                }
            }
            assertThat(keepAlives).isPositive();
        }
    }

    private static String events(Random random) {
        String lineBreak = List.of("\n", "\r\n", "\r").get(random.nextInt(3));
        StringBuilder events = new StringBuilder();
        for (int i = random.nextInt(5); i >= 0; i--) {
            events.append(FIRST);
        }
        return events.append(LAST).toString().replace("\n", lineBreak);
    }

    @Test
    void silenceStillEndsTheStream() throws Exception {
        try (RawProvider provider = RawProvider.start(exchange -> {
            exchange.body();
            exchange.send(RawProvider.head("200 OK", EVENTS, "Connection: close") + FIRST);
            exchange.awaitEnd();
        })) {
            String body = call("/v1/responses", SCENE.responsesModel(provider.origin()));
            assertThat(body)
                    .startsWith(FIRST + COMMENT + COMMENT)
                    .contains("event: response.failed")
                    .endsWith("\n\n");
        }
    }

    @Test
    void settingOfTheModelTakesPrecedence() throws Exception {
        try (RawProvider provider = pausing(EVENTS, "", 2600, FIRST + LAST)) {
            String model = SCENE.responsesModel(provider.origin());
            set(model, 0);
            assertThat(call("/v1/responses", model)).isEqualTo(FIRST + LAST);
            assertThat(provider.heads().getLast()).doesNotContainIgnoringCase("accept-encoding: identity");
            set(model, 2);
            // The change takes effect within a second.
            Thread.sleep(1000);
            assertThat(call("/v1/responses", model)).isEqualTo(COMMENT + FIRST + LAST);
        }
    }

    @Test
    void http2AndHttp10CallersGetThemToo() throws Exception {
        try (RawProvider provider = pausing(EVENTS, FIRST, 1500, LAST)) {
            String model = SCENE.responsesModel(provider.origin());
            try (HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
                HttpResponse<String> response = client.send(
                        Scene.request("/v1/responses", body(model, STREAM), "authorization: Bearer " + SCENE.token())
                                .build(),
                        BodyHandlers.ofString());
                assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
                assertThat(response.body()).isEqualTo(FIRST + COMMENT + LAST);
            }
            try (RawCaller caller = Scene.connect()) {
                String call = SCENE.whole("/v1/responses", body(model, STREAM)).replace("HTTP/1.1", "HTTP/1.0");
                assertThat(caller.send(call).response().body()).isEqualTo(FIRST + COMMENT + LAST);
            }
        }
    }

    /** Matches one or two keep-alives, since those of 2.5 seconds may be late by a tick each. */
    private static String some(String keepAlive) {
        return "(" + quote(keepAlive) + "){1,2}";
    }

    /** A provider that sends pieces of a body and pauses, in milliseconds, between them. */
    private static RawProvider pausing(String contentType, Object... piecesAndPauses) throws IOException {
        return RawProvider.start(exchange -> {
            exchange.body();
            exchange.send(RawProvider.head("200 OK", contentType, "Connection: close"));
            for (Object each : piecesAndPauses) {
                if (each instanceof Integer pause) {
                    sleep(pause);
                } else {
                    exchange.send((String) each);
                }
            }
            exchange.socket().close();
        });
    }

    private static void sleep(int milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String call(String path, String model) {
        return text(SCENE.post(path, body(model, STREAM)));
    }

    private static void set(String name, int seconds) {
        Map<String, Object> model = asAdmin()
                .queryParam("name", name)
                .get("/organizations/{id}/models", SCENE.organization())
                .then()
                .extract()
                .path("items[0]");
        Map<String, Object> body = new HashMap<>();
        body.put("name", name);
        body.put("provider_id", model.get("provider_id"));
        body.put("remote_model_name", model.get("remote_model_name"));
        body.put("keep_alive_seconds", seconds);
        asAdmin()
                .body(body)
                .put("/organizations/{org}/models/{id}", SCENE.organization(), model.get("id"))
                .then()
                .statusCode(200);
    }

    private static double sent() {
        return Metrics.read().sum("agyn_proxy_keep_alives_total");
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(UTF_8));
        }
        return bytes.toByteArray();
    }
}
