package io.agyn.proxy;

import static io.agyn.proxy.Scene.body;
import static io.agyn.proxy.Scene.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.database.PostgresTestResource;
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
        HttpResponse<byte[]> response = SCENE.post("/v1/messages/count_tokens", body(SCENE.messages()));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(new JsonObject(text(response)).getInteger("input_tokens")).isPositive();
        assertThat(SCENE.received().target()).isEqualTo("/v1/messages/count_tokens");

        SCENE.provider().forget();
        response = SCENE.post("/v1/responses/input_tokens", body(SCENE.responses()));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(new JsonObject(text(response)).getInteger("input_tokens")).isPositive();
        assertThat(SCENE.received().target()).isEqualTo("/v1/responses/input_tokens");
    }

    @Test
    void filesAreNotFoundWithTheAlternativeOfTheDialect() {
        for (String path : List.of("/v1/files", "/v1/files/file-1/content", "/v1/batches", "/v1/uploads")) {
            HttpResponse<byte[]> response = SCENE.post(path, "{}");
            assertThat(response.statusCode()).as(path).isEqualTo(404);
            JsonObject error = new JsonObject(text(response)).getJsonObject("error");
            assertThat(error.getString("type")).isEqualTo("invalid_request_error");
            assertThat(error.getString("message")).contains("input_file").doesNotContain("store");
        }
        JsonObject anthropic =
                new JsonObject(text(SCENE.call("GET", "/v1/files/file_1", "anthropic-version: 2023-06-01")));
        assertThat(anthropic.getJsonObject("error").getString("type")).isEqualTo("not_found_error");
        assertThat(anthropic.getJsonObject("error").getString("message")).contains("base64");
        assertThat(SCENE.provider().received()).isEmpty();
    }

    @Test
    void unknownPathBelowAnOperationNamesTheServed() {
        for (String path : List.of("/v1/responses/resp_1/nothing", "/v1/messages/nothing/here")) {
            HttpResponse<byte[]> response = SCENE.call("GET", path);
            assertThat(response.statusCode()).as(path).isEqualTo(404);
            assertThat(text(response)).contains("POST /v1/responses").doesNotContain("\"store\"");
        }
        assertThat(text(SCENE.call("GET", "/v1/messages/nothing/here"))).contains("not_found_error");
    }

    @Test
    void unknownPathErrorNamesTheKnownPaths() {
        for (String path : List.of("/v1/chat/completions", "/v1/complete", "/v1/embeddings", "/v1/")) {
            HttpResponse<byte[]> response = SCENE.post(path, body(SCENE.responses()));
            assertThat(response.statusCode()).as(path).isEqualTo(404);
            assertThat(text(response)).contains("/v1/responses", "/v1/messages");
        }
        JsonObject anthropic = new JsonObject(text(SCENE.post("/v1/complete", "{}", "anthropic-version: 2023-06-01")));
        assertThat(anthropic.getString("type")).isEqualTo("error");
    }

    @Test
    void wrongBaseUrlIsExplainedInTheDialect() {
        for (String path :
                List.of("/responses", "//v1/responses", "/v1//responses", "/api/v1/responses", "/responses/compact")) {
            HttpResponse<byte[]> response = SCENE.post(path, body(SCENE.responses()));
            assertThat(response.statusCode()).as(path).isEqualTo(404);
            assertThat(response.headers().firstValue("x-agyn-error")).contains("not_found");
            assertThat(new JsonObject(text(response)).getJsonObject("error").getString("message"))
                    .as(path)
                    .contains("base URL is wrong", "followed by /v1");
        }
        for (String path : List.of("/messages", "//v1/messages", "/v1/v1/messages", "/messages/count_tokens")) {
            HttpResponse<byte[]> response = SCENE.post(path, body(SCENE.messages()));
            assertThat(response.statusCode()).as(path).isEqualTo(404);
            JsonObject error = new JsonObject(text(response));
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
            HttpResponse<byte[]> response = SCENE.call("GET", path);
            assertThat(response.statusCode()).isEqualTo(405);
            assertThat(response.headers().allValues("allow")).containsExactly("POST");
            assertThat(new JsonObject(text(response)).getJsonObject("error")).isNotNull();
        }
        assertThat(SCENE.provider().received()).isEmpty();
    }

    @Test
    void webSocketOfMessagesGetsUpgradeRequired() throws Exception {
        try (RawCaller caller = Scene.connect()) {
            RawCaller.Response response = caller.send("GET /v1/messages HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
                            + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                    .response();
            assertThat(response.status()).isEqualTo(426);
            assertThat(response.values("upgrade")).hasSize(1);
            assertThat(response.body()).contains("POST /v1/messages");
        }
    }

    @Test
    void headOfAnOperationNeedsNoTokenAndCallsNothing() throws Exception {
        for (String path :
                List.of("/v1/responses", "/v1/responses/compact", "/v1/messages", "/v1/messages/count_tokens")) {
            try (RawCaller caller = Scene.connect()) {
                RawCaller.Response response = caller.send(
                                "HEAD " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                        .response();
                assertThat(response.status()).as(path).isEqualTo(200);
                assertThat(response.values("allow")).as(path).isNotEmpty();
                // Some probes otherwise wait for a body.
                assertThat(response.values("content-length")).as(path).containsExactly("0");
            }
        }
        assertThat(SCENE.call("HEAD", "/v1/unknown").statusCode()).isEqualTo(404);
        assertThat(SCENE.provider().received()).isEmpty();
    }

    @Test
    void expectContinueGetsContinue() throws Exception {
        String body = body(SCENE.responses());
        try (RawCaller caller = Scene.connect()) {
            caller.send(SCENE.head("/v1/responses", "Expect: 100-continue", "Content-Length: " + body.length()));
            assertThat(caller.response().status()).isEqualTo(100);
            assertThat(caller.send(body).response().status()).isEqualTo(200);
        }
        assertThat(SCENE.received().values("expect")).isEmpty();
    }

    @Test
    void expectContinueIsRejectedBeforeTheBody() throws Exception {
        try (RawCaller caller = Scene.connect()) {
            RawCaller.Response response = caller.send(
                            SCENE.head("/v1/responses", "Expect: 100-continue", "Content-Length: 10")
                                    .replace(SCENE.token(), "wrong"))
                    .response();
            assertThat(response.status()).isEqualTo(401);
        }
    }

    @Test
    void http10CallerGetsNoChunkedResponse() throws Exception {
        for (String stream : List.of("\"stream\":false", "\"stream\":true")) {
            for (String connection : List.of("X-A: 1", "Connection: keep-alive")) {
                try (RawCaller caller = Scene.connect()) {
                    RawCaller.Response response = caller.send(
                                    SCENE.whole("/v1/responses", body(SCENE.responses(), stream), connection)
                                            .replace("HTTP/1.1", "HTTP/1.0"))
                            .response();
                    assertThat(response.status()).isEqualTo(200);
                    assertThat(response.values("transfer-encoding")).isEmpty();
                    assertThat(response.body()).contains("provider.").doesNotContain("\r\n0\r\n");
                }
            }
        }
    }

    @Test
    void connectionServesSeveralCalls() throws Exception {
        try (RawCaller caller = Scene.connect()) {
            for (int i = 0; i < 5; i++) {
                assertThat(caller.send(SCENE.whole("/v1/responses", body(SCENE.responses(), "\"stream\":true")))
                                .response()
                                .isWhole())
                        .isTrue();
                assertThat(caller.send(SCENE.whole("/v1/messages", body(SCENE.messages())))
                                .response()
                                .status())
                        .isEqualTo(200);
            }
        }
        assertThat(SCENE.provider().received()).hasSize(10);
    }

    @Test
    void connectionIsClosedAfterTheResponseOnRequest() throws Exception {
        try (RawCaller caller = Scene.connect()) {
            assertThat(caller.send(SCENE.whole("/v1/responses", body(SCENE.responses()), "Connection: close"))
                            .response()
                            .status())
                    .isEqualTo(200);
            assertThat(caller.isEnded()).isTrue();
        }
    }
}
