package io.agyn.proxy;

import static io.agyn.proxy.Scene.body;
import static io.agyn.proxy.Scene.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.postgres.PostgresTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Paths below {@code /v1}, and errors for unknown paths and old HTTP versions. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class PathsTest {
    @RegisterExtension
    static final Scene SCENE = new Scene();

    @Test
    void tokensAreCountedWhereBothCloudsCountThem() throws Exception {
        HttpResponse<byte[]> answer = SCENE.post("/v1/messages/count_tokens", body(SCENE.messages()));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(new JsonObject(text(answer)).getInteger("input_tokens")).isPositive();
        assertThat(SCENE.received().target()).isEqualTo("/v1/messages/count_tokens");

        SCENE.provider().forget();
        answer = SCENE.post("/v1/responses/input_tokens", body(SCENE.responses()));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(new JsonObject(text(answer)).getInteger("input_tokens")).isPositive();
        assertThat(SCENE.received().target()).isEqualTo("/v1/responses/input_tokens");
    }

    @Test
    void aStoredAnswerIsNotFoundAndTheCallerReadsWhy() {
        for (String method : List.of("GET", "DELETE", "POST")) {
            HttpResponse<byte[]> answer = SCENE.call(method, "/v1/responses/resp_123");
            assertThat(answer.statusCode()).isEqualTo(404);
            JsonObject error = new JsonObject(text(answer)).getJsonObject("error");
            assertThat(error.getString("message")).contains("no model").contains("\"store\": false");
            assertThat(error.getString("type")).isEqualTo("invalid_request_error");
        }
        HttpResponse<byte[]> batch = SCENE.call("GET", "/v1/messages/batches/b1");
        assertThat(batch.statusCode()).isEqualTo(404);
        assertThat(new JsonObject(text(batch)).getJsonObject("error").getString("type"))
                .isEqualTo("not_found_error");
        assertThat(SCENE.provider().received()).isEmpty();
    }

    @Test
    void whatIsNotThereNamesWhatIs() {
        for (String path : List.of("/v1/chat/completions", "/v1/complete", "/v1/embeddings", "/v1/")) {
            HttpResponse<byte[]> answer = SCENE.post(path, body(SCENE.responses()));
            assertThat(answer.statusCode()).as(path).isEqualTo(404);
            assertThat(text(answer)).contains("/v1/responses", "/v1/messages");
        }
        JsonObject anthropic = new JsonObject(text(SCENE.post("/v1/complete", "{}", "anthropic-version: 2023-06-01")));
        assertThat(anthropic.getString("type")).isEqualTo("error");
    }

    @Test
    void aWrongBaseUrlIsExplainedInTheDialect() {
        for (String path :
                List.of("/responses", "//v1/responses", "/v1//responses", "/api/v1/responses", "/responses/compact")) {
            HttpResponse<byte[]> answer = SCENE.post(path, body(SCENE.responses()));
            assertThat(answer.statusCode()).as(path).isEqualTo(404);
            assertThat(answer.headers().firstValue("x-agyn-error")).contains("not_found");
            assertThat(new JsonObject(text(answer)).getJsonObject("error").getString("message"))
                    .as(path)
                    .contains("base URL is wrong", "followed by /v1");
        }
        for (String path : List.of("/messages", "//v1/messages", "/v1/v1/messages", "/messages/count_tokens")) {
            HttpResponse<byte[]> answer = SCENE.post(path, body(SCENE.messages()));
            assertThat(answer.statusCode()).as(path).isEqualTo(404);
            JsonObject error = new JsonObject(text(answer));
            assertThat(error.getString("type")).as(path).isEqualTo("error");
            assertThat(error.getJsonObject("error").getString("message")).contains("only this server's address");
        }
        for (String path : List.of("/models", "//v1/models")) {
            assertThat(text(SCENE.call("GET", path))).as(path).contains("base URL is wrong");
        }
    }

    @Test
    void anotherMethodIsNotAllowed() {
        for (String path : List.of("/v1/responses", "/v1/messages", "/v1/messages/count_tokens")) {
            HttpResponse<byte[]> answer = SCENE.call("GET", path);
            assertThat(answer.statusCode()).isEqualTo(405);
            assertThat(answer.headers().allValues("allow")).containsExactly("POST");
            assertThat(new JsonObject(text(answer)).getJsonObject("error")).isNotNull();
        }
        assertThat(SCENE.provider().received()).isEmpty();
    }

    @Test
    void aWebSocketIsAnsweredWithUpgradeRequired() throws Exception {
        try (RawCaller caller = Scene.connect()) {
            RawCaller.Answer answer = caller.send("GET /v1/responses HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
                            + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                    .answer();
            assertThat(answer.status()).isEqualTo(426);
            assertThat(answer.values("upgrade")).hasSize(1);
            assertThat(answer.body()).contains("POST /v1/responses");
        }
    }

    @Test
    void whoWaitsForContinueIsToldToSendTheBody() throws Exception {
        String body = body(SCENE.responses());
        try (RawCaller caller = Scene.connect()) {
            caller.send(SCENE.head("/v1/responses", "Expect: 100-continue", "Content-Length: " + body.length()));
            assertThat(caller.answer().status()).isEqualTo(100);
            assertThat(caller.send(body).answer().status()).isEqualTo(200);
        }
        assertThat(SCENE.received().values("expect")).isEmpty();
    }

    @Test
    void whoWaitsForContinueIsRefusedBeforeTheBody() throws Exception {
        try (RawCaller caller = Scene.connect()) {
            RawCaller.Answer answer = caller.send(
                            SCENE.head("/v1/responses", "Expect: 100-continue", "Content-Length: 10")
                                    .replace(SCENE.token(), "wrong"))
                    .answer();
            assertThat(answer.status()).isEqualTo(401);
        }
    }

    @Test
    void aCallerWithHttp10IsAnsweredWithoutChunks() throws Exception {
        for (String stream : List.of("\"stream\":false", "\"stream\":true")) {
            for (String connection : List.of("X-A: 1", "Connection: keep-alive")) {
                try (RawCaller caller = Scene.connect()) {
                    RawCaller.Answer answer = caller.send(
                                    SCENE.whole("/v1/responses", body(SCENE.responses(), stream), connection)
                                            .replace("HTTP/1.1", "HTTP/1.0"))
                            .answer();
                    assertThat(answer.status()).isEqualTo(200);
                    assertThat(answer.values("transfer-encoding")).isEmpty();
                    assertThat(answer.body()).contains("provider.").doesNotContain("\r\n0\r\n");
                }
            }
        }
    }

    @Test
    void aConnectionServesOneCallAfterTheOther() throws Exception {
        try (RawCaller caller = Scene.connect()) {
            for (int i = 0; i < 5; i++) {
                assertThat(caller.send(SCENE.whole("/v1/responses", body(SCENE.responses(), "\"stream\":true")))
                                .answer()
                                .isWhole())
                        .isTrue();
                assertThat(caller.send(SCENE.whole("/v1/messages", body(SCENE.messages())))
                                .answer()
                                .status())
                        .isEqualTo(200);
            }
        }
        assertThat(SCENE.provider().received()).hasSize(10);
    }

    @Test
    void whoAsksToCloseIsClosedAfterTheAnswer() throws Exception {
        try (RawCaller caller = Scene.connect()) {
            assertThat(caller.send(SCENE.whole("/v1/responses", body(SCENE.responses()), "Connection: close"))
                            .answer()
                            .status())
                    .isEqualTo(200);
            assertThat(caller.isEnded()).isTrue();
        }
    }
}
