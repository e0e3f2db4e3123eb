package io.agyn.proxy;

import static io.agyn.proxy.Scene.body;
import static io.agyn.proxy.Scene.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.testing.Database;
import io.agyn.tokens.Plaintext;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Callers send their API token in the key header of OpenAI's or Anthropic's SDK. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class TokensTest {
    @RegisterExtension
    static final Scene SCENE = new Scene();

    @Inject
    Database database;

    private enum Path {
        RESPONSES("/v1/responses"),
        MESSAGES("/v1/messages");

        private final String path;

        Path(String path) {
            this.path = path;
        }
    }

    @ParameterizedTest
    @EnumSource
    void tokenIsReadFromEitherHeader(Path api) throws Exception {
        assertThat(status(api, "authorization: Bearer " + SCENE.token())).isEqualTo(200);
        assertThat(status(api, "authorization: bearer   " + SCENE.token())).isEqualTo(200);
        assertThat(status(api, "x-api-key: " + SCENE.token())).isEqualTo(200);
        assertThat(status(api, "x-api-key: " + SCENE.token(), "authorization: Bearer " + SCENE.token()))
                .isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource
    void twoDifferentTokensAreRejected(Path api) {
        String other = Api.tokenBoundTo(SCENE.organization());
        assertThat(status(api, "x-api-key: " + SCENE.token(), "authorization: Bearer " + other))
                .isEqualTo(400);
        assertThat(status(api, "x-api-key: sk-1", "authorization: Bearer sk-2")).isEqualTo(400);
        assertThat(status(api, "x-api-key: " + SCENE.token(), "x-api-key: " + other))
                .isEqualTo(400);
        assertThat(status(api, "authorization: Bearer " + SCENE.token(), "authorization: Bearer " + other))
                .isEqualTo(400);
        assertThat(SCENE.provider().received()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void otherCredentialBesideATokenIsIgnoredAndNotForwarded(Path api) throws Exception {
        assertThat(status(api, "x-api-key: sk-ant-other", "authorization: Bearer " + SCENE.token()))
                .isEqualTo(200);
        assertThat(SCENE.received().toString()).doesNotContain("sk-ant-other");
        assertThat(status(api, "x-api-key: " + SCENE.token(), "authorization: Bearer sk-other"))
                .isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource
    void missingTokenErrorNamesTheHeader(Path api) {
        for (HttpResponse<byte[]> response :
                List.of(call(api), call(api, "authorization: Basic YTpi"), call(api, "authorization: Bearer"))) {
            assertUnauthenticated(api, response);
        }
        assertThat(text(call(api))).contains("Authorization: Bearer", "x-api-key");
    }

    @ParameterizedTest
    @EnumSource
    void invalidTokenIsRejectedAndNotRepeated(Path api) {
        String revoked = Api.tokenBoundTo(SCENE.organization());
        String unknown = revoked.substring(0, revoked.length() - 3) + "AAA";
        for (String token : List.of("nonsense", unknown, "sk-" + "x".repeat(3000))) {
            HttpResponse<byte[]> response = call(api, "x-api-key: " + token);
            assertUnauthenticated(api, response);
            assertThat(text(response)).doesNotContain(token);
        }
        assertThat(SCENE.provider().received()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void expiredTokenIsDistinguishedFromAnUnknownOne(Path api) throws Exception {
        for (boolean isKnown : new boolean[] {false, true}) {
            String token = Api.tokenBoundTo(SCENE.organization());
            if (isKnown) {
                assertThat(status(api, "x-api-key: " + token)).isEqualTo(200);
            }
            database.execute(
                    "update api_token set expires_at = now() - interval '1 minute' where token_hash = ?",
                    Plaintext.hash(token));
            HttpResponse<byte[]> response = await().atMost(Duration.ofSeconds(5))
                    .until(() -> call(api, "x-api-key: " + token), last -> last.statusCode() != 200);
            assertUnauthenticated(api, response);
            assertThat(text(response)).contains("The API token expired at ");
        }
        assertThat(text(call(api, "x-api-key: " + Plaintext.random().reveal())))
                .contains("mistyped, unknown or revoked")
                .doesNotContain("expired");
    }

    @Test
    void connectionWithTheTokensOfSeveralCallersIdentifiesEach() throws Exception {
        String first = Api.tokenBoundTo(SCENE.organization());
        String second = Api.tokenBoundTo(SCENE.organization());
        try (RawCaller caller = new RawCaller(RestAssured.port)) {
            for (int round = 0; round < 2; round++) {
                assertThat(status(caller, first)).isEqualTo(200);
                assertThat(status(caller, second)).isEqualTo(200);
                assertThat(status(caller, second + "x")).isEqualTo(401);
                assertThat(status(caller, first)).isEqualTo(200);
            }
            database.execute("delete from api_token where token_hash = ?", Plaintext.hash(first));
            await().atMost(Duration.ofSeconds(5)).until(() -> status(caller, first) == 401);
            assertThat(status(caller, second)).isEqualTo(200);
        }
    }

    private static int status(RawCaller caller, String token) throws IOException {
        String body = body(SCENE.responses());
        return caller.send("POST /v1/responses HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer " + token
                        + "\r\ncontent-type: application/json\r\ncontent-length: " + body.length() + "\r\n\r\n" + body)
                .response()
                .status();
    }

    @ParameterizedTest
    @EnumSource
    void emptyTokenIsCalledEmptyOrIgnoredBesideAnother(Path api) {
        for (String header : List.of("authorization: Bearer ", "x-api-key: ")) {
            assertThat(text(call(api, header))).contains("The API token is empty");
            assertUnauthenticated(api, call(api, header));
        }
        assertThat(status(api, "x-api-key: ", "authorization: Bearer " + SCENE.token()))
                .isEqualTo(200);
    }

    private static void assertUnauthenticated(Path api, HttpResponse<byte[]> response) {
        assertThat(response.statusCode()).as(text(response)).isEqualTo(401);
        assertThat(response.headers().firstValue("www-authenticate"))
                .hasValueSatisfying(value -> assertThat(value).startsWith("Bearer"));
        JsonObject error = new JsonObject(text(response)).getJsonObject("error");
        switch (api) {
            case RESPONSES -> {
                assertThat(error.getString("type")).isEqualTo("invalid_request_error");
                assertThat(error.getString("code")).isEqualTo("invalid_api_key");
            }
            case MESSAGES -> assertThat(error.getString("type")).isEqualTo("authentication_error");
        }
    }

    private static int status(Path api, String... headers) {
        return call(api, headers).statusCode();
    }

    private static HttpResponse<byte[]> call(Path api, String... headers) {
        String model =
                switch (api) {
                    case RESPONSES -> SCENE.responses();
                    case MESSAGES -> SCENE.messages();
                };
        return SCENE.postWithoutToken(api.path, body(model), headers);
    }
}
