package io.agyn.proxy;

import static io.agyn.proxy.Scene.PATIENCE;
import static io.agyn.proxy.Scene.text;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.database.PostgresTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies with an ambiguous model: no provider receives one completely. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class BodiesTest {
    private static final String ANY = "MODEL";

    @RegisterExtension
    static final Scene SCENE = new Scene();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "[]",
                "\"MODEL\"",
                "null",
                "model=MODEL",
                "{",
                "{}",
                "{\"input\":\"MODEL\"}",
                "{\"model\":null}",
                "{\"model\":1}",
                "{\"model\":[\"MODEL\"]}",
                "{\"model\":{\"model\":\"MODEL\"}}",
                "{\"model\":\"\"}",
                "{\"nested\":{\"model\":\"MODEL\"}}",
                "{\"Model\":\"MODEL\"}",
                "\uFEFF{\"model\":\"MODEL\"}",
                "{'model':'MODEL'}",
                "{\"model\":\"MODEL}",
                "{\"model\":\"MODEL\\x\"}",
            })
    void bodyWithoutAModelReachesNoProvider(String body) {
        HttpResponse<byte[]> response = SCENE.post("/v1/responses", body.replace(ANY, SCENE.responses()));
        assertThat(response.statusCode()).as(text(response)).isEqualTo(400);
        JsonObject error = new JsonObject(text(response)).getJsonObject("error");
        assertThat(error.getString("type")).isEqualTo("invalid_request_error");
        assertThat(error.getString("message")).isNotBlank();
        assertThat(SCENE.provider().received()).isEmpty();
    }

    @Test
    void bodyWithoutAModelGetsTheVendorsOwnError() {
        HttpResponse<byte[]> responses = SCENE.post("/v1/responses", "{\"input\":\"a\"}");
        assertThat(responses.statusCode()).isEqualTo(400);
        assertThat(text(responses))
                .isEqualTo("{\"error\":{\"message\":\"Missing required parameter: 'model'.\","
                        + "\"type\":\"invalid_request_error\",\"param\":\"model\","
                        + "\"code\":\"missing_required_parameter\"}}");
        HttpResponse<byte[]> messages = SCENE.post("/v1/messages", "{\"max_tokens\":1}");
        assertThat(messages.statusCode()).isEqualTo(400);
        assertThat(new JsonObject(text(messages)).getJsonObject("error"))
                .isEqualTo(
                        new JsonObject().put("type", "invalid_request_error").put("message", "model: Field required"));
        assertThat(messages.headers().firstValue("x-agyn-error")).hasValue("missing_parameter");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model\":\"MODEL\",\"model\":\"gpt-5\"}",
                "{\"model\":\"MODEL\",\"mod\\u0065l\":\"gpt-5\"}",
                "{\"\\u006D\\u006f\\u0064\\u0065\\u006C\":\"MODEL\",\"model\":\"gpt-5\"}",
                "{\"model\":\"MODEL\",\"MODEL_\":1,\"Model\":\"gpt-5\"}",
                "{\"model\":\"MODEL\"} {\"model\":\"gpt-5\"}",
                "{\"model\":\"MODEL\"}x",
                "{\"model\":\"MODEL\",\"a\":[}",
                "{\"model\":\"MODEL\",\"a\":1",
                "{\"model\":\"MODEL\",/*\"a\":*/\"b\":1}",
            })
    void ambiguousJsonBodyIsRejected(String body) {
        HttpResponse<byte[]> response = SCENE.post("/v1/responses", body.replace(ANY, SCENE.responses()));
        assertThat(response.statusCode()).as(text(response)).isEqualTo(400);
        assertThat(SCENE.provider().received()).noneMatch(call -> call.bodyEnded() || call.status() != 0);
    }

    @Test
    void secondModelFarBehindTheFirstNeverCompletesTheCall() throws Exception {
        String start = "{\"model\":\"" + SCENE.responses() + "\",\"input\":\"" + "x".repeat(100_000) + "\"";
        String rest = ",\"model\":\"gpt-5\"}";
        try (RawCaller caller = Scene.connect()) {
            caller.send(SCENE.head("/v1/responses", "Content-Length: " + (start.length() + rest.length())))
                    .send(start);
            SCENE.provider().await(call -> call.body().length > 50_000, PATIENCE);
            RawCaller.Response response = caller.send(rest).response();
            assertThat(response.status()).isEqualTo(400);
            assertThat(response.body()).contains("duplicated");
        }
        assertThat(SCENE.provider()
                        .await(call -> call.callerLeft() || call.bodyEnded(), PATIENCE)
                        .bodyEnded())
                .isFalse();
    }

    @Test
    void invalidUtf8InTheModelIsRejected() throws Exception {
        String body = "{\"model\":\"" + SCENE.responses() + "\u00ff\u00fe\"}";
        try (RawCaller caller = Scene.connect()) {
            RawCaller.Response response = caller.send(SCENE.head("/v1/responses", "Content-Length: " + body.length())
                            .getBytes(ISO_8859_1))
                    .send(body.getBytes(ISO_8859_1))
                    .response();
            assertThat(response.status()).isEqualTo(400);
            assertThat(response.body()).contains("UTF-8");
        }
        assertThat(SCENE.provider().received()).isEmpty();
    }

    @Test
    void nestingHasALimitThatNoCallOfAModelReaches() throws Exception {
        String body = "{\"a\":%s1%s,\"model\":\"" + SCENE.responses() + "\"}";
        assertThat(SCENE.post("/v1/responses", body.formatted("[".repeat(900), "]".repeat(900)))
                        .statusCode())
                .isEqualTo(200);
        SCENE.provider().forget();
        HttpResponse<byte[]> response =
                SCENE.post("/v1/responses", body.formatted("[".repeat(100_000), "]".repeat(100_000)));
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(text(response)).contains("nested deeper");
        assertThat(SCENE.provider().received()).isEmpty();
    }

    @Test
    void compressedBodyIsRejectedWithTheRemedy() {
        for (String encoding : List.of("gzip", "zstd", "identity, gzip", "GZIP")) {
            HttpResponse<byte[]> response =
                    SCENE.post("/v1/messages", Scene.body(SCENE.messages()), "content-encoding: " + encoding);
            assertThat(response.statusCode()).as(encoding).isEqualTo(415);
            assertThat(text(response)).contains("Content-Encoding", "\"invalid_request_error\"");
        }
        HttpResponse<byte[]> twice = SCENE.post(
                "/v1/messages", Scene.body(SCENE.messages()), "content-encoding: identity", "content-encoding: gzip");
        assertThat(twice.statusCode()).isEqualTo(415);
        assertThat(SCENE.provider().received()).isEmpty();
        assertThat(SCENE.post("/v1/messages", Scene.body(SCENE.messages()), "content-encoding: identity")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void tooLargeContentLengthIsRejectedBeforeTheBodyIsRead() throws Exception {
        try (RawCaller caller = Scene.connect()) {
            RawCaller.Response response = caller.send(SCENE.head("/v1/messages", "Content-Length: " + ((32 << 20) + 1)))
                    .response();
            assertThat(response.status()).isEqualTo(413);
            assertThat(new JsonObject(response.body()).getJsonObject("error").getString("type"))
                    .isEqualTo("request_too_large");
        }
        assertThat(SCENE.provider().received()).isEmpty();
    }

    @Test
    void connectionStaysUsableAfterARejection() throws Exception {
        try (RawCaller caller = Scene.connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(caller.send(SCENE.whole("/v1/responses", "{\"model\":\"none\",\"x\":1}"))
                                .response()
                                .status())
                        .isEqualTo(404);
                assertThat(caller.send(SCENE.whole("/v1/responses", "[1,2,3]"))
                                .response()
                                .status())
                        .isEqualTo(400);
                assertThat(caller.send(SCENE.whole("/v1/responses", Scene.body(SCENE.responses())))
                                .response()
                                .status())
                        .isEqualTo(200);
            }
        }
        assertThat(SCENE.provider().received()).hasSize(3);
    }
}
