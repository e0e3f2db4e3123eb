package io.agyn.llm.models;

import static io.agyn.testing.Api.as;
import static io.agyn.testing.Api.asAdmin;
import static io.agyn.testing.Api.freshName;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import com.sun.net.httpserver.HttpServer;
import io.agyn.database.PostgresTestResource;
import io.agyn.scripted.Header;
import io.agyn.scripted.ReceivedCall;
import io.agyn.scripted.ScriptedProvider;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ModelTestsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static ScriptedProvider cloud;

    private String organization;

    @BeforeAll
    static void start() {
        cloud = ScriptedProvider.start();
        cloud.accept(new Header("authorization", "Bearer sk-right"), new Header("x-api-key", "sk-right"));
    }

    @AfterAll
    static void stop() {
        cloud.close();
    }

    @BeforeEach
    void register() {
        organization = Api.organization();
        cloud.forget();
    }

    @ParameterizedTest
    @CsvSource({"responses, bearer, 17, 0", "anthropic_messages, x_api_key, 17, 5"})
    void responseOfTheModelAndItsTokensAreShown(String protocol, String authMethod, int input, Integer cacheWrite) {
        test(model(protocol, authMethod, "sk-right", cloud.origin() + "/v1", "remote"))
                .body("succeeded", equalTo(true))
                .body("failure", nullValue())
                .body("explanation", nullValue())
                .body("status", equalTo(200))
                .body("text", equalTo("Hello from the scripted provider."))
                .body("body", containsString("Hello from the scripted provider."))
                .body("body_truncated", equalTo(false))
                .body("input_tokens", equalTo(input))
                .body("cache_write_tokens", equalTo(cacheWrite))
                .body("output_tokens", equalTo(12))
                .body("duration_ms", greaterThan(0f))
                .body("request_id", notNullValue());
        ReceivedCall received = cloud.received().getFirst();
        assertThat(received.text()).contains("Hello, world").contains("\"remote\"");
    }

    @ParameterizedTest
    @CsvSource({
        "scripted:status=400, 400, request_refused",
        "scripted:status=404, 404, model_not_found",
        "scripted:status=429, 429, rate_limited",
        "scripted:status=500, 500, provider_failed",
        "scripted:status=529, 529, provider_failed"
    })
    void providersErrorIsShownVerbatimWithItsMeaning(String remoteModel, int status, String failure) {
        test(model("anthropic_messages", "x_api_key", "sk-right", cloud.origin() + "/v1", remoteModel))
                .body("succeeded", equalTo(false))
                .body("failure", equalTo(failure))
                .body("explanation", notNullValue())
                .body("status", equalTo(status))
                .body("text", nullValue())
                .body("body", containsString("\"type\":\"error\""));
    }

    @Test
    void rejectedCredentialsAreReported() {
        test(model("responses", "bearer", "sk-wrong", cloud.origin() + "/v1", "remote"))
                .body("failure", equalTo("credentials_refused"))
                .body("status", equalTo(401))
                .body("body", containsString("invalid_api_key"));
    }

    @Test
    void unreachableProviderIsReported() {
        test(model("responses", "bearer", "sk-right", "http://127.0.0.1:1/v1", "remote"))
                .body("failure", equalTo("unreachable"))
                .body("explanation", containsString("cannot be reached"))
                .body("status", nullValue())
                .body("body", nullValue());
    }

    @Test
    void errorWithStatus200IsAFailure() throws Exception {
        byte[] error = "{\"error\":{\"message\":\"Out of capacity.\"}}".getBytes(US_ASCII);
        HttpServer provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        provider.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, error.length);
            exchange.getResponseBody().write(error);
            exchange.close();
        });
        provider.start();
        try {
            String endpoint = "http://127.0.0.1:" + provider.getAddress().getPort() + "/v1";
            test(model("responses", "bearer", "sk-right", endpoint, "remote"))
                    .body("succeeded", equalTo(false))
                    .body("failure", equalTo("provider_failed"))
                    .body("body", containsString("Out of capacity."));
        } finally {
            provider.stop(0);
        }
    }

    @Test
    void saysThatTheEndpointIsNotOfTheProtocol() {
        // This server responds with a problem.
        String elsewhere = "http://127.0.0.1:" + RestAssured.port + "/nothing";
        test(model("responses", "bearer", "sk-right", elsewhere, "remote"))
                .body("failure", equalTo("protocol_mismatch"))
                .body("explanation", containsString("path"))
                .body("explanation", containsString("/responses"))
                .body("status", equalTo(404));
    }

    @Test
    void saysThatTheProviderRedirects() {
        test(model(
                        "responses",
                        "bearer",
                        "sk-right",
                        cloud.origin() + "/v1",
                        "scripted:redirect=https://other.example/v1"))
                .body("failure", equalTo("protocol_mismatch"))
                .body("explanation", containsString("redirects"))
                .body("explanation", containsString("https://other.example/v1"));
    }

    @Test
    void saysThatTheModelIsOrphaned() {
        String provider = provider("responses", "bearer", "sk-right", cloud.origin() + "/v1");
        String model = model(provider, "remote");
        asAdmin()
                .delete("/organizations/{org}/llm-providers/{id}", organization, provider)
                .then()
                .statusCode(204);
        test(model).body("failure", equalTo("no_provider")).body("explanation", containsString("deleted"));
    }

    @Test
    void anotherTenantsModelIsNotFoundAndNotCalled() {
        String model = model("responses", "bearer", "sk-right", cloud.origin() + "/v1", "remote");
        String other = Api.tokenBoundTo(Api.organization());
        as(other)
                .post("/organizations/{org}/models/{id}/test", organization, model)
                .then()
                .statusCode(404);
        asAdmin()
                .post("/organizations/{org}/models/{id}/test", Api.organization(), model)
                .then()
                .statusCode(404);
        assertThat(cloud.received()).isEmpty();
    }

    @Test
    void testEndsWhenItsCallerDisconnects() throws Exception {
        String model = model("responses", "bearer", "sk-right", cloud.origin() + "/v1", "scripted:stall=before");
        try (Socket caller = begin(model)) {
            cloud.await(ReceivedCall::bodyEnded, PATIENCE);
        }
        cloud.await(ReceivedCall::callerLeft, PATIENCE);
    }

    @Test
    void userRunsAtMostTenTestsAtOnce() throws Exception {
        String model = model("responses", "bearer", "sk-right", cloud.origin() + "/v1", "scripted:stall=before");
        List<Socket> callers = new ArrayList<>();
        try {
            for (int i = 0; i < 10; i++) {
                callers.add(begin(model));
            }
            await().until(() -> cloud.received().size() == 10);
            asAdmin()
                    .post("/organizations/{org}/models/{id}/test", organization, model)
                    .then()
                    .statusCode(429)
                    .header("retry-after", "5")
                    .body("detail", containsString("already have 10 model tests"));
        } finally {
            for (Socket caller : callers) {
                caller.close();
            }
        }
        String other = model("responses", "bearer", "sk-right", cloud.origin() + "/v1", "remote");
        await().until(() -> asAdmin()
                        .post("/organizations/{org}/models/{id}/test", organization, other)
                        .statusCode()
                != 429);
        test(other).body("succeeded", equalTo(true));
    }

    /** Sends a test on a separate connection. */
    private Socket begin(String model) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), RestAssured.port);
        socket.getOutputStream()
                .write(("POST /api/v1/organizations/" + organization + "/models/" + model
                                + "/test HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + Api.adminToken()
                                + "\r\nContent-Length: 0\r\n\r\n")
                        .getBytes(US_ASCII));
        return socket;
    }

    private ValidatableResponse test(String model) {
        return asAdmin()
                .post("/organizations/{org}/models/{id}/test", organization, model)
                .then()
                .statusCode(200);
    }

    private String model(String protocol, String authMethod, String key, String endpoint, String remoteModel) {
        return model(provider(protocol, authMethod, key, endpoint), remoteModel);
    }

    private String provider(String protocol, String authMethod, String key, String endpoint) {
        Map<String, Object> body = Api.providerBody(authMethod, Map.of("token", key));
        body.put("protocol", protocol);
        body.put("endpoint", endpoint);
        return asAdmin()
                .body(body)
                .post("/organizations/{org}/llm-providers", organization)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private String model(String provider, String remoteModel) {
        return asAdmin()
                .body(Map.of("name", freshName("model"), "provider_id", provider, "remote_model_name", remoteModel))
                .post("/organizations/{org}/models", organization)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }
}
