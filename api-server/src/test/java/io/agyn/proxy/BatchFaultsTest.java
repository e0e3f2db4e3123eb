package io.agyn.proxy;

import static io.agyn.proxy.Scene.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Metrics;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Message batches with providers that lie, flood or break off, and callers that do not read. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@TestProfile(ShortLimits.class)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class BatchFaultsTest {
    private static final String BATCHES = "/v1/messages/batches";
    private static final String BATCH =
            "{\"id\":\"%s\",\"processing_status\":\"ended\",\"results_url\":\"http://evil.example/results\"}";
    private static final String RESULT =
            "{\"result\":{\"type\":\"succeeded\",\"message\":{\"usage\":{\"input_tokens\":%d,\"output_tokens\":1}}}}";

    @RegisterExtension
    static final Scene SCENE = new Scene();

    @ParameterizedTest
    @ValueSource(strings = {"200 OK", "201 Created", "203 Non-Authoritative Information"})
    void providersOriginNeverReachesTheCaller(String status) throws Exception {
        try (RawProvider provider = RawProvider.start(exchange -> respond(exchange, status, batch("msgbatch_evil")))) {
            HttpResponse<byte[]> created = create(provider);
            assertThat(created.statusCode()).isEqualTo(Integer.parseInt(status.substring(0, 3)));
            assertThat(text(created))
                    .contains(BATCHES + "/msgbatch_evil/results\"")
                    .doesNotContain("evil.example");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/event-stream"})
    void bodyThatIsNoBatchIsAnError(String type) throws Exception {
        try (RawProvider provider = RawProvider.start(exchange -> {
            exchange.body();
            exchange.send(RawProvider.head("200 OK", "Content-Type: " + type, "Content-Length: 21"));
            exchange.send("data: {\"id\":\"a\"}\n\n...");
        })) {
            HttpResponse<byte[]> created = create(provider);
            assertThat(created.statusCode()).isEqualTo(502);
            assertThat(created.headers().firstValue("x-agyn-error")).hasValue("provider_invalid_response");
        }
    }

    @Test
    void resultsUrlHasTheSchemeOfATrustedProxy() throws Exception {
        try (RawProvider provider = RawProvider.start(exchange -> respond(exchange, "200 OK", batch("msgbatch_tls")))) {
            HttpResponse<byte[]> created =
                    create(provider, "x-forwarded-proto: https", "x-forwarded-host: evil.example");
            assertThat(new JsonObject(text(created)).getString("results_url"))
                    .isEqualTo("https://" + Scene.uri("").getAuthority() + BATCHES + "/msgbatch_tls/results");
        }
    }

    @Test
    void longListWaitsForMemory() throws Exception {
        try (RawProvider provider = RawProvider.start(exchange -> {
            exchange.send(
                    RawProvider.head("200 OK", "Content-Type: application/json", "Content-Length: 4000000") + "{");
            exchange.send(" ".repeat(3_000_000));
            exchange.awaitEnd();
        })) {
            HttpResponse<byte[]> list = SCENE.call("GET", BATCHES, "x-agyn-model: " + model(provider));
            assertThat(list.statusCode()).as(text(list)).isEqualTo(503);
            assertThat(text(list)).contains("The memory for bodies is full");
            assertThat(list.headers().firstValue("retry-after")).isPresent();
            await().atMost(Scene.PATIENCE)
                    .until(() -> Metrics.read().sum("agyn_body_memory_used_bytes"), used -> used == 0);
        }
    }

    @Test
    void usageIsCountedWhenAllResultsHavePassed() throws Exception {
        AtomicInteger downloads = new AtomicInteger();
        CountDownLatch isCut = new CountDownLatch(1);
        String id = "msgbatch_" + System.nanoTime();
        try (RawProvider provider = RawProvider.start(exchange -> {
            if (exchange.head().startsWith("POST")) {
                respond(exchange, "200 OK", batch(id));
                return;
            }
            exchange.send(
                    RawProvider.head("200 OK", "Content-Type: application/x-jsonl", "Transfer-Encoding: chunked"));
            chunk(exchange, RESULT.formatted(20) + "\n");
            if (downloads.getAndIncrement() == 0) {
                exchange.awaitEnd();
                isCut.countDown();
            } else {
                chunk(exchange, RESULT.formatted(3));
                chunk(exchange, "");
            }
        })) {
            HttpResponse<byte[]> created = create(provider);
            String path = BATCHES + "/" + id + "/results";
            try (RawCaller caller = Scene.connect()) {
                caller.send(SCENE.head(path).replace("POST", "GET"));
                caller.awaitText("succeeded");
            }
            assertThat(isCut.await(Scene.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            for (int i = 0; i < 2; i++) {
                assertThat(SCENE.call("GET", path).statusCode()).isEqualTo(200);
                await().atMost(Scene.PATIENCE)
                        .until(() -> SCENE.record(created).get("input_tokens"), tokens -> tokens != null);
                assertThat(SCENE.record(created))
                        .containsEntry("input_tokens", 23)
                        .containsEntry("output_tokens", 2);
            }
        }
    }

    private static HttpResponse<byte[]> create(RawProvider provider, String... headers) {
        return SCENE.post(BATCHES, "{\"requests\":[{\"params\":{\"model\":\"" + model(provider) + "\"}}]}", headers);
    }

    private static String model(RawProvider provider) {
        return SCENE.messagesModel(provider.origin() + "/v1");
    }

    private static String batch(String id) {
        return BATCH.formatted(id);
    }

    private static void respond(RawProvider.Exchange exchange, String status, String json) throws IOException {
        exchange.body();
        exchange.send(
                RawProvider.head(status, "Content-Type: application/json", "Content-Length: " + json.length()) + json);
    }

    private static void chunk(RawProvider.Exchange exchange, String text) throws IOException {
        exchange.send(Integer.toHexString(text.length()) + "\r\n" + text + "\r\n");
    }
}
