package io.agyn.llm.providers;

import static io.agyn.testing.Api.asAdmin;
import static io.agyn.testing.Api.providerBody;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class LlmProvidersTest {
    private static final String PROVIDERS = "/organizations/{org}/llm-providers";
    private static final String PROVIDER = PROVIDERS + "/{id}";

    private String organization;

    @BeforeEach
    void aFreshOrganization() {
        organization = Api.organization();
    }

    @Test
    void bearerProviderUsesATokenFromASecret() {
        String secret = Api.secret(organization, "sk-marked");
        create(providerBody("bearer", Map.of("token_secret_id", secret)))
                .statusCode(201)
                .body("token_secret_id", equalTo(secret))
                .body("has_token", equalTo(false))
                .body("custom_header_names", equalTo(List.of()))
                .body("model_count", equalTo(0));
    }

    @Test
    void inlineTokenIsStoredAndNotReturned() {
        ValidatableResponse created = create(providerBody("x_api_key", Map.of("token", "sk-marked")))
                .statusCode(201)
                .body("has_token", equalTo(true))
                .body("token_secret_id", nullValue());
        String id = created.extract().path("id");
        assertThat(created.extract().asString()
                        + Api.get(PROVIDER, organization, id).extract().asString())
                .doesNotContain("sk-marked");
    }

    @Test
    void customHeadersShowTheirNamesInOrderAndNotTheirValues() {
        ValidatableResponse created = create(providerBody(
                        "custom_headers", Map.of("custom_headers", Map.of("x-b", "marked-1", "X-A", "marked-2"))))
                .statusCode(201)
                .body("custom_header_names", equalTo(List.of("X-A", "x-b")));
        assertThat(created.extract().asString()).doesNotContain("marked-");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bearer", "x_api_key"})
    void tokenMethodRequiresOneTokenAndNoHeaders(String method) {
        String secret = Api.secret(organization, "v");
        rejected(providerBody(method, Map.of()), "/token_secret_id", "requires one of them");
        rejected(providerBody(method, Map.of("token", "t", "token_secret_id", secret)), "/token", "not both");
        rejected(
                providerBody(method, Map.of("token", "t", "custom_headers", Map.of("X-A", "b"))),
                "/custom_headers",
                "Remove custom_headers");
    }

    @Test
    void customHeadersRequireANonEmptyMapAndNoToken() {
        rejected(providerBody("custom_headers", Map.of()), "/custom_headers", "at least one header");
        rejected(providerBody("custom_headers", Map.of("custom_headers", Map.of())), "/custom_headers", "at least one");
        rejected(
                providerBody("custom_headers", Map.of("token", "t", "custom_headers", Map.of("X-A", "b"))),
                "/token",
                "Remove token");
        rejected(
                providerBody(
                        "custom_headers",
                        Map.of("token_secret_id", Api.secret(organization, "v"), "custom_headers", Map.of("X", "b"))),
                "/token_secret_id",
                "Remove token_secret_id");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host", "hOST", "content-length", "Content-Length", "connection", "TRANSFER-ENCODING"})
    void managedHeadersAreRejectedInAnyCase(String name) {
        rejected(
                providerBody("custom_headers", Map.of("custom_headers", Map.of(name, "x"))),
                "/custom_headers/" + name,
                "managed by the proxy");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X A", "X:A", "Ä", "", "X\tA", "(x)"})
    void invalidHeaderNameIsRejected(String name) {
        rejected(
                providerBody("custom_headers", Map.of("custom_headers", Map.of(name, "x"))),
                "/custom_headers/" + name,
                "A header name may contain only");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nX-Evil: 1", "a\n", " a", "a ", "ä"})
    void invalidHeaderValueIsRejected(String value) {
        rejected(
                providerBody("custom_headers", Map.of("custom_headers", Map.of("X-A", value))),
                "/custom_headers/X-A",
                "visible ASCII");
    }

    @Test
    void thereAreThirtyTwoHeadersOfEightKibibytesAtMost() {
        create(headers(32, "x".repeat(8_192))).statusCode(201).body("custom_header_names.size()", equalTo(32));
        rejected(headers(33, "x"), "/custom_headers", "at most 32");
        rejected(headers(1, "x".repeat(8_193)), "/custom_headers/X-0", "1 to 8192 characters");
        rejected(headers(1, ""), "/custom_headers/X-0", "1 to 8192 characters");
    }

    @Test
    void tokenHasAtMostEightKibibytes() {
        create(providerBody("bearer", Map.of("token", "x".repeat(8_192)))).statusCode(201);
        rejected(providerBody("bearer", Map.of("token", "x".repeat(8_193))), "/token", "1 to 8192 characters");
        rejected(providerBody("bearer", Map.of("token", "")), "/token", "1 to 8192 characters");
    }

    @Test
    void endpointHasAtMost2048Characters() {
        Map<String, Object> body = providerBody("bearer", Map.of("token", "t"));
        String longest = "https://api.openai.com/" + "a".repeat(2_025);
        body.put("endpoint", longest);
        create(body).statusCode(201).body("endpoint", equalTo(longest));
        body.put("endpoint", longest + "a");
        rejected(body, "/endpoint", "2048 characters, not 2049");
    }

    @Test
    void oneHeaderInTwoSpellingsIsRejected() {
        rejected(
                providerBody("custom_headers", Map.of("custom_headers", Map.of("X-A", "1", "x-a", "2"))),
                null,
                "Duplicate of header");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "api.openai.com",
                "ftp://api.openai.com",
                "https://user:password@api.openai.com",
                "https://api.openai.com/v1?key=1",
                "https://api.openai.com/v1#x",
                "https://api.openai.com:0",
                "https://api.openai.com:65536",
                "https://",
                "http://[abc]/v1",
                "http://[1.2.3.4]:80",
                "https://a b"
            })
    void endpointIsAnHttpUrlWithoutUserInfoQueryOrFragment(String endpoint) {
        Map<String, Object> body = providerBody("bearer", Map.of("token", "t"));
        body.put("endpoint", endpoint);
        rejected(body, "/endpoint", "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://api.openai.com/v1/responses",
                "https://api.anthropic.com/v1/messages/",
                "http://[::1]/messages//"
            })
    void endpointThatEndsInAnOperationIsRejected(String endpoint) {
        Map<String, Object> body = providerBody("bearer", Map.of("token", "t"));
        body.put("endpoint", endpoint);
        rejected(body, "/endpoint", "from its end");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost:8000",
                "http://localhost/responses/v1",
                "http://localhost/my-messages",
                "https://my_vllm.internal/v1",
                "http://[::1]:8000/v1/",
                "http://[::ffff:10.0.0.1]"
            })
    void selfHostedEndpointIsAccepted(String endpoint) {
        Map<String, Object> body = providerBody("bearer", Map.of("token", "t"));
        body.put("endpoint", endpoint);
        create(body).statusCode(201).body("endpoint", equalTo(endpoint));
    }

    @Test
    void updateWithoutCredentialsKeepsThoseThatFitTheAuthMethod() {
        ValidatableResponse created =
                create(providerBody("bearer", Map.of("token", "t"))).statusCode(201);
        String id = created.extract().path("id");
        String fingerprint = created.extract().path("credentials_fingerprint");
        update(id, providerBody("x_api_key", Map.of()))
                .statusCode(200)
                .body("auth_method", equalTo("x_api_key"))
                .body("has_token", equalTo(true))
                .body("credentials_fingerprint", equalTo(fingerprint));
        update(id, providerBody("custom_headers", Map.of()))
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/custom_headers"));
        update(id, providerBody("custom_headers", Map.of("custom_headers", Map.of("X-A", "b"))))
                .statusCode(200)
                .body("has_token", equalTo(false))
                .body("credentials_fingerprint", not(fingerprint));
        update(id, providerBody("bearer", Map.of()))
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/token_secret_id"));
        Api.get(PROVIDER, organization, id).body("custom_header_names", equalTo(List.of("X-A")));
    }

    @Test
    void webSocketIsAutoUntilItIsTurnedOff() {
        String id = create(providerBody("bearer", Map.of("token", "t")))
                .statusCode(201)
                .body("websocket", equalTo("auto"))
                .extract()
                .path("id");
        update(id, providerBody("bearer", Map.of("websocket", "off")))
                .statusCode(200)
                .body("websocket", equalTo("off"));
        // As clients of earlier releases do, which do not know the field.
        update(id, providerBody("bearer", Map.of())).statusCode(200).body("websocket", equalTo("off"));
        rejected(providerBody("bearer", Map.of("token", "t", "websocket", "on")), "/websocket", "auto");
    }

    @Test
    void modelsOfADeletedProviderStayOrphanedUntilTheyGetAnother() {
        String secret = Api.secret(organization, "v");
        String provider = Api.provider(organization, secret);
        String model = Api.model(organization, provider);
        Api.get(PROVIDER, organization, provider).body("model_count", equalTo(1));
        asAdmin().delete(PROVIDER, organization, provider).then().statusCode(204);
        Api.get("/organizations/{org}/models/{id}", organization, model)
                .body("status", equalTo("orphaned"))
                .body("provider_id", nullValue());
        String other = Api.provider(organization, secret);
        asAdmin()
                .body(Map.of("name", "m", "provider_id", other, "remote_model_name", "gpt-4o"))
                .put("/organizations/{org}/models/{id}", organization, model)
                .then()
                .statusCode(200)
                .body("status", equalTo("ready"))
                .body("provider_id", equalTo(other));
    }

    private static Map<String, Object> headers(int count, String value) {
        return providerBody(
                "custom_headers",
                Map.of(
                        "custom_headers",
                        IntStream.range(0, count)
                                .boxed()
                                .collect(Collectors.toMap(number -> "X-" + number, number -> value))));
    }

    private ValidatableResponse create(Map<String, ?> body) {
        return asAdmin().body(body).post(PROVIDERS, organization).then();
    }

    private ValidatableResponse update(String id, Map<String, Object> body) {
        return asAdmin()
                .body(new HashMap<>(body))
                .put(PROVIDER, organization, id)
                .then();
    }

    private void rejected(Map<String, ?> body, String pointer, String remedy) {
        ValidatableResponse rejection =
                create(body).statusCode(400).body("errors.detail", hasItem(containsString(remedy)));
        if (pointer != null) {
            rejection.body("errors.pointer", hasItem(pointer));
        }
    }
}
