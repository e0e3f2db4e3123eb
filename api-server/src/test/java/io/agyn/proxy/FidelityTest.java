package io.agyn.proxy;

import static io.agyn.proxy.Scene.PATIENCE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.database.PostgresTestResource;
import io.agyn.proxy.body.RandomBody;
import io.agyn.scripted.ReceivedCall;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The proxy forwards requests unchanged except for the value of {@code model}, and responses unchanged. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class FidelityTest {
    @RegisterExtension
    static final Scene SCENE = new Scene();

    private static final List<String> ODD_ENDS = List.of("\n\n", "\r\n\r\n", "\r\r", "\n", "");

    @Test
    void ofARandomBodyInRandomPiecesOnlyTheModelsValueChanges() throws Exception {
        String model = SCENE.responses();
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            RandomBody request = new RandomBody(random);
            String before = request.text().substring(0, request.modelStart());
            String after = request.text().substring(request.modelEnd());
            byte[] sent = (before + '"' + escaped(model, random) + '"' + after).getBytes(UTF_8);
            SCENE.provider().forget();
            try (RawCaller caller = Scene.connect()) {
                int status = sendInPieces(caller, sent, random).response().status();
                assertThat(status).as("seed %d, %s", seed, request.text()).isEqualTo(200);
            }
            assertThat(SCENE.received().text()).as("seed %d", seed).isEqualTo(before + "\"gpt-4o\"" + after);
        }
    }

    @Test
    void remoteModelNameIsWrittenAsJson() throws Exception {
        String model = modelCalled("a \"quoted\" \\ näme 😀");
        assertThat(SCENE.post("/v1/responses", Scene.body(model)).statusCode()).isEqualTo(200);
        assertThat(new JsonObject(SCENE.received().text()).getString("model")).isEqualTo("a \"quoted\" \\ näme 😀");
    }

    @Test
    void randomResponsePassesByteForByte() throws Exception {
        AtomicReference<RandomResponse> next = new AtomicReference<>();
        try (RawProvider provider = RawProvider.start(exchange -> {
            exchange.body();
            next.get().send(exchange);
        })) {
            String responses = SCENE.responsesModel(provider.origin());
            String messages = SCENE.messagesModel(provider.origin());
            for (int seed = 0; seed < 200; seed++) {
                RandomResponse response = new RandomResponse(new Random(seed));
                next.set(response);
                boolean isResponses = seed % 2 == 0;
                try (RawCaller caller = Scene.connect()) {
                    RawCaller.Response got = caller.send(SCENE.whole(
                                    isResponses ? "/v1/responses" : "/v1/messages",
                                    Scene.body(isResponses ? responses : messages)))
                            .response();
                    assertThat(got.isWhole()).as("seed %d", seed).isTrue();
                    assertThat(got.body()).as("seed %d", seed).isEqualTo(response.text());
                    assertThat(got.values("content-type")).containsExactly(response.contentType);
                }
            }
        }
    }

    @Test
    void inSixteenMebibytesTheModelIsFoundFirstAndLast() throws Exception {
        String filler = "\"input\":\"" + "x".repeat(16 << 20) + "\"";
        for (String body : List.of(
                "{\"model\":\"%s\"," + filler + "}",
                "{" + filler + ",\"model\":\"%s\"}",
                "{" + filler + ",\"model\":\"%s\"" + " ".repeat(1 << 20) + "}")) {
            SCENE.provider().forget();
            assertThat(SCENE.post("/v1/responses", body.formatted(SCENE.responses()))
                            .statusCode())
                    .isEqualTo(200);
            // Avoids a failure message with both bodies.
            assertThat(Arrays.equals(
                            SCENE.received().body(), body.formatted("gpt-4o").getBytes(UTF_8)))
                    .isTrue();
        }
    }

    @Test
    void bodyIsForwardedWhileTheCallerStillSends() throws Exception {
        String start = "{\"model\":\"" + SCENE.responses() + "\",\"input\":\"one";
        String rest = " two\"}";
        for (boolean chunked : List.of(true, false)) {
            SCENE.provider().forget();
            try (RawCaller caller = Scene.connect()) {
                if (chunked) {
                    caller.send(SCENE.head("/v1/responses", "Transfer-Encoding: chunked"))
                            .send(chunk(start));
                } else {
                    caller.send(SCENE.head("/v1/responses", "Content-Length: " + (start + rest).length()))
                            .send(start);
                }
                ReceivedCall begun = SCENE.provider().await(call -> call.text().endsWith("one"), PATIENCE);
                assertThat(begun.bodyEnded()).isFalse();
                assertThat(begun.text()).isEqualTo("{\"model\":\"gpt-4o\",\"input\":\"one");
                caller.send(chunked ? chunk(rest) + "0\r\n\r\n" : rest);
                assertThat(caller.response().status()).isEqualTo(200);
            }
            assertThat(SCENE.received().text()).isEqualTo("{\"model\":\"gpt-4o\",\"input\":\"one two\"}");
        }
    }

    @Test
    void queryStringPasses() throws Exception {
        String query = "?beta=true&a=%2F%20+&a=b=c&&%E5%90%8D#".replace("#", "");
        assertThat(SCENE.post("/v1/messages" + query, Scene.body(SCENE.messages()))
                        .statusCode())
                .isEqualTo(200);
        assertThat(SCENE.received().target()).isEqualTo("/v1/messages" + query);
    }

    @Test
    void endpointPathIsPrependedWithoutASecondV1() throws Exception {
        String origin = SCENE.provider().origin().toString();
        assertThat(targetOf(SCENE.responsesModel(origin), "/v1/responses")).isEqualTo("/v1/responses");
        assertThat(targetOf(SCENE.responsesModel(origin + "/"), "/v1/responses"))
                .isEqualTo("/v1/responses");
        assertThat(targetOf(SCENE.responsesModel(origin + "/openai/v1/"), "/v1/responses"))
                .isEqualTo("/openai/v1/responses");
        assertThat(targetOf(SCENE.responsesModel(origin + "/openai"), "/v1/responses/input_tokens"))
                .isEqualTo("/openai/responses/input_tokens");
        assertThat(targetOf(SCENE.messagesModel(origin), "/v1/messages")).isEqualTo("/v1/messages");
        assertThat(targetOf(SCENE.messagesModel(origin + "/a"), "/v1/messages/count_tokens"))
                .isEqualTo("/a/messages/count_tokens");
    }

    private static String targetOf(String model, String path) throws InterruptedException {
        SCENE.provider().forget();
        assertThat(SCENE.post(path, Scene.body(model)).statusCode()).isEqualTo(200);
        return SCENE.received().target();
    }

    private static String modelCalled(String remoteName) {
        String organization = SCENE.organization();
        Map<String, Object> body = new HashMap<>(Api.providerBody("bearer", Map.of("token", Scene.CREDENTIAL)));
        body.put("endpoint", SCENE.provider().origin() + "/v1");
        String provider = Api.asAdmin()
                .body(body)
                .post("/organizations/{id}/llm-providers", organization)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        String name = Api.freshName("model");
        Api.asAdmin()
                .body(Map.of("name", name, "provider_id", provider, "remote_model_name", remoteName))
                .post("/organizations/{id}/models", organization)
                .then()
                .statusCode(201);
        return name;
    }

    /** Writes some characters of a name as JSON escapes. */
    private static String escaped(String name, Random random) {
        StringBuilder escaped = new StringBuilder();
        for (char c : name.toCharArray()) {
            escaped.append(random.nextInt(10) == 0 ? "\\u%04x".formatted((int) c) : String.valueOf(c));
        }
        return escaped.toString();
    }

    /** With a length or in chunks, in writes that may arrive together. */
    private static RawCaller sendInPieces(RawCaller caller, byte[] body, Random random) throws IOException {
        boolean chunked = random.nextBoolean();
        caller.send(
                SCENE.head("/v1/responses", chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + body.length));
        int at = 0;
        int largest = 1 + random.nextInt(random.nextBoolean() ? 40 : 4_000);
        while (at < body.length) {
            int length = Math.min(body.length - at, 1 + random.nextInt(largest));
            byte[] piece = Arrays.copyOfRange(body, at, at + length);
            caller.send(chunked ? chunk(piece) : piece);
            at += length;
        }
        return chunked ? caller.send("0\r\n\r\n") : caller;
    }

    private static String chunk(String text) {
        return new String(chunk(text.getBytes(UTF_8)), UTF_8);
    }

    private static byte[] chunk(byte[] piece) {
        ByteArrayOutputStream chunk = new ByteArrayOutputStream();
        chunk.writeBytes((Integer.toHexString(piece.length) + "\r\n").getBytes(UTF_8));
        chunk.writeBytes(piece);
        chunk.writeBytes("\r\n".getBytes(UTF_8));
        return chunk.toByteArray();
    }

    /** Events, malformed events or random bytes, split anywhere. */
    private static final class RandomResponse {
        private final Random random;
        private final String contentType;
        private final StringBuilder text = new StringBuilder();

        private RandomResponse(Random random) {
            this.random = random;
            contentType = random.nextInt(3) == 0 ? "application/json" : "text/event-stream; charset=utf-8";
            int events = random.nextInt(30);
            for (int i = 0; i < events; i++) {
                switch (random.nextInt(6)) {
                    case 0 -> text.append(": a comment\n\n");
                    case 1 -> text.append("event: message_delta\ndata: {\"type\":\"message_delta\",\"usage\":{");
                    case 2 -> text.append("data: ").append(new RandomBody(random).text());
                    case 3 -> text.append("data: {\"type\":\"response.output_text.delta\",\"delta\":\"名😀\"}");
                    case 4 -> text.append("id:").append(random.nextLong()).append("\nretry: 1");
                    default -> text.append("\uFEFFdata:\0[DONE]");
                }
                text.append(ODD_ENDS.get(random.nextInt(ODD_ENDS.size())));
            }
        }

        private String text() {
            return text.toString();
        }

        private void send(RawProvider.Exchange exchange) throws IOException {
            byte[] body = text().getBytes(UTF_8);
            boolean chunked = random.nextBoolean();
            exchange.send(RawProvider.head(
                    "200 OK",
                    "Content-Type: " + contentType,
                    chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + body.length));
            int at = 0;
            int largest = 1 + random.nextInt(200);
            while (at < body.length) {
                int length = Math.min(body.length - at, 1 + random.nextInt(largest));
                byte[] piece = Arrays.copyOfRange(body, at, at + length);
                exchange.send(chunked ? chunk(piece) : piece);
                at += length;
            }
            if (chunked) {
                exchange.send("0\r\n\r\n");
            }
        }
    }
}
