package io.agyn.access;

import static io.agyn.testing.Api.asAdmin;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Revocations take effect within a second, even for unfinished requests. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class RevokedMeanwhileTest {
    private static final String SECRETS = "/api/v1/organizations/%s/secrets";

    @ParameterizedTest
    @ValueSource(
            strings = {"the token is revoked", "the user is suspended", "the user leaves", "the user becomes a member"})
    void slowBodyHasNoEffectAfterAccessIsLost(String what) throws Exception {
        String organization = Api.organization();
        String user = Api.user();
        Api.join(organization, Api.user(), "owner");
        Api.join(organization, user, "owner");
        Map<String, String> token = asAdmin()
                .body(Api.tokenBody(Map.of("user_id", user)))
                .post("/api-tokens")
                .then()
                .statusCode(201)
                .extract()
                .path("");
        String body = "{\"name\":\"held back\",\"value\":\"sk-held-back\"}";
        try (Socket socket = begin(SECRETS.formatted(organization), token.get("token"), body)) {
            switch (what) {
                case "the token is revoked" ->
                    asAdmin().delete("/api-tokens/{id}", token.get("id")).then().statusCode(204);
                case "the user is suspended" -> Api.setState(user, "suspended");
                case "the user leaves" -> Api.leave(organization, user);
                default ->
                    asAdmin()
                            .body(Map.of("role", "member"))
                            .put("/organizations/{o}/members/{u}", organization, user)
                            .then()
                            .statusCode(200);
            }
            assertThat(end(socket, body))
                    .isIn("HTTP/1.1 401 Unauthorized", "HTTP/1.1 403 Forbidden", "HTTP/1.1 404 Not Found");
        }
        assertThat(Api.get("/organizations/{o}/secrets", organization)
                        .extract()
                        .jsonPath()
                        .getList("items"))
                .isEmpty();
    }

    @Test
    void callThatWithholdsItsModelIsRejected() throws Exception {
        Map<String, String> token = asAdmin()
                .body(Api.tokenBody(Map.of()))
                .post("/api-tokens")
                .then()
                .statusCode(201)
                .extract()
                .path("");
        String body = "{\"input\":\"hi\",\"model\":\"gpt\"}";
        try (Socket socket = begin("/v1/responses", token.get("token"), body)) {
            asAdmin().delete("/api-tokens/{id}", token.get("id")).then().statusCode(204);
            Thread.sleep(1000);
            assertThat(end(socket, body)).isEqualTo("HTTP/1.1 401 Unauthorized");
        }
    }

    /** Sends a request without the end of its body, and waits until a revocation must be effective (1 s). */
    private static Socket begin(String path, String token, String body) throws IOException, InterruptedException {
        Socket socket = new Socket("127.0.0.1", RestAssured.port);
        socket.getOutputStream()
                .write(("POST " + path
                                + " HTTP/1.1\r\nHost: agyn\r\nContent-Type: application/json\r\nAuthorization: Bearer "
                                + token + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body.substring(0, 5))
                        .getBytes(US_ASCII));
        Thread.sleep(1200);
        return socket;
    }

    /** Sends the rest, and returns the first line of the response. */
    private static String end(Socket socket, String body) throws IOException {
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write(body.substring(5).getBytes(US_ASCII));
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII)).readLine();
    }
}
