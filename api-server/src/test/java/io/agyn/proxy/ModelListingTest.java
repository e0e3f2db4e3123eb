package io.agyn.proxy;

import static io.agyn.testing.Api.asAdmin;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class ModelListingTest {
    private String organization;
    private String provider;
    private String token;

    @BeforeEach
    void register() {
        organization = Api.organization();
        provider = Api.provider(organization, Api.secret(organization, "sk-1"));
        token = Api.tokenBoundTo(organization);
    }

    @Test
    void modelsOfTheTokenAreListedInOpenAisFormat() {
        String model = name(Api.model(organization, provider));
        caller().get("/v1/models")
                .then()
                .statusCode(200)
                .body("object", equalTo("list"))
                .body("data.id", equalTo(List.of(model)))
                .body("data[0].object", equalTo("model"))
                .body("data[0].owned_by", equalTo(slug()));
        caller().get("/v1/models/" + model).then().statusCode(200).body("id", equalTo(model));
    }

    @Test
    void plusSignInANameIsAPlusSign() {
        asAdmin()
                .body(Map.of("name", "qwen2.5+lora", "provider_id", provider, "remote_model_name", "qwen"))
                .post("/organizations/{id}/models", organization)
                .then()
                .statusCode(201);
        for (String name : List.of("qwen2.5+lora", "qwen2.5%2Blora")) {
            caller().urlEncodingEnabled(false)
                    .get("/v1/models/" + name)
                    .then()
                    .statusCode(200)
                    .body("id", equalTo("qwen2.5+lora"));
        }
    }

    @Test
    void malformedEscapeGetsAnErrorInTheDialect() throws IOException {
        for (String path : List.of(
                "/v1/models/50%25%", "/v1/models/50%off", "/v1/models/%", "/v1/models?limit=%zz", "/v1/models?%")) {
            for (String header : List.of("X-A: 1", "anthropic-version: 2023-06-01")) {
                try (RawCaller caller = new RawCaller(RestAssured.port)) {
                    RawCaller.Response response = caller.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n" + header
                                    + "\r\nAuthorization: Bearer " + token + "\r\n\r\n")
                            .response();
                    assertThat(response.status()).as(path).isEqualTo(400);
                    assertThat(response.values("x-agyn-error")).as(path).containsExactly("invalid_request");
                    assertThat(new JsonObject(response.body())
                                    .getJsonObject("error")
                                    .getString("message"))
                            .contains("%25");
                }
            }
        }
    }

    @Test
    void codexGetsItsCatalogueBesideOpenAisList() {
        create(organization, provider, "gpt", null, null);
        create(organization, provider, "o3", "anthropic-o3", "{\"display_name\": \"O Drei\", \"slug\": \"other\"}");
        create(organization, messagesProvider(organization), "claude", null, null);
        caller().queryParam("client_version", "0.171.0")
                .get("/v1/models")
                .then()
                .statusCode(200)
                .body("object", equalTo("list"))
                .body("models.slug", equalTo(List.of("o3", "gpt")))
                .body("models.display_name", equalTo(List.of("O Drei", "gpt")))
                .body("models.priority", equalTo(List.of(1, 2)))
                .body("data.id", equalTo(List.of("o3", "gpt")));
        caller().get("/v1/models").then().body("data.id", equalTo(List.of("claude", "o3", "gpt")));
    }

    @Test
    void anthropicClientsGetOnlyMessagesModelsByTheirAlias() {
        String messages = messagesProvider(organization);
        create(organization, messages, "claude", null, null);
        create(organization, messages, "glm", "anthropic-glm", null);
        create(organization, provider, "gpt", "anthropic-gpt", null);
        RequestSpecification anthropic = given().header("x-api-key", token).header("anthropic-version", "2023-06-01");
        anthropic
                .get("/v1/models")
                .then()
                .statusCode(200)
                .body("data.id", equalTo(List.of("anthropic-glm", "claude")))
                .body("data.display_name", equalTo(List.of("glm", "claude")))
                .body("data.lifecycle", equalTo(List.of("active", "active")))
                .body("first_id", equalTo("anthropic-glm"));
        anthropic
                .queryParam("after_id", "anthropic-glm")
                .get("/v1/models")
                .then()
                .body("data.id", equalTo(List.of("claude")));
        for (String called : List.of("glm", "anthropic-glm")) {
            given().header("x-api-key", token)
                    .header("anthropic-version", "2023-06-01")
                    .get("/v1/models/" + called)
                    .then()
                    .statusCode(200)
                    .body("id", equalTo("anthropic-glm"));
        }
        given().header("x-api-key", token)
                .header("anthropic-version", "2023-06-01")
                .get("/v1/models/gpt")
                .then()
                .statusCode(404)
                .body("error.type", equalTo("not_found_error"));
    }

    @Test
    void aliasThatIsANameElsewhereIsListedWithItsSlug() {
        String shared = Api.freshName("anthropic-shared");
        create(organization, messagesProvider(organization), Api.freshName("mine"), shared, null);
        String other = Api.organization();
        create(other, messagesProvider(other), shared, null, null);
        given().header("x-api-key", Api.adminToken())
                .header("anthropic-version", "2023-06-01")
                .queryParam("limit", 1000)
                .get("/v1/models")
                .then()
                .body("data.id", hasItems(slug() + "/" + shared, slug(other) + "/" + shared));
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void headHasTheHeadersOfGetWithoutABody(HttpClient.Version version) throws Exception {
        Api.model(organization, provider);
        try (HttpClient client = HttpClient.newBuilder().version(version).build()) {
            for (String query : List.of("", "?client_version=1", "/unknown")) {
                HttpResponse<String> get = client.send(request(query, "GET"), BodyHandlers.ofString());
                HttpResponse<String> head = client.send(request(query, "HEAD"), BodyHandlers.ofString());
                assertThat(head.statusCode()).isEqualTo(get.statusCode());
                assertThat(head.body()).isEmpty();
                assertThat(head.headers().firstValue("content-length"))
                        .contains(Integer.toString(get.body().getBytes(UTF_8).length));
                assertThat(head.headers().map().keySet())
                        .isEqualTo(get.headers().map().keySet());
            }
        }
    }

    private HttpRequest request(String query, String method) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + "/v1/models" + query))
                .header("Authorization", "Bearer " + token)
                .method(method, BodyPublishers.noBody())
                .build();
    }

    private static String messagesProvider(String organization) {
        Map<String, Object> body = Api.providerBody("bearer", Map.of("token", "sk"));
        body.put("protocol", "anthropic_messages");
        return asAdmin()
                .body(body)
                .post("/organizations/{id}/llm-providers", organization)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private static void create(
            String organization, String provider, String name, @Nullable String alias, @Nullable String entry) {
        Map<String, Object> body =
                new HashMap<>(Map.of("name", name, "provider_id", provider, "remote_model_name", "remote"));
        body.put("alias", alias);
        body.put("codex_catalog_entry", entry);
        asAdmin()
                .body(body)
                .post("/organizations/{id}/models", organization)
                .then()
                .statusCode(201);
    }

    @Test
    void anthropicClientsGetPagesInAnthropicsFormat() {
        String messages = messagesProvider(organization);
        for (int i = 0; i < 5; i++) {
            Api.model(organization, messages);
        }
        List<String> ids = new ArrayList<>();
        String after = null;
        boolean hasMore = true;
        while (hasMore) {
            RequestSpecification request = given().header("x-api-key", token)
                    .header("anthropic-version", "2023-06-01")
                    .queryParam("limit", 2);
            if (after != null) {
                request.queryParam("after_id", after);
            }
            var page =
                    request.get("/v1/models").then().statusCode(200).extract().jsonPath();
            assertThat(page.getList("data")).hasSizeLessThanOrEqualTo(2);
            assertThat(page.getString("data[0].type")).isEqualTo("model");
            assertThat(page.getString("first_id")).isEqualTo(page.getString("data[0].id"));
            ids.addAll(page.getList("data.id"));
            after = page.getString("last_id");
            hasMore = page.getBoolean("has_more");
        }
        assertThat(ids).hasSize(5).doesNotHaveDuplicates();
    }

    @Test
    void anotherTenantsModelsAreNeitherListedNorFound() {
        String other = Api.organization();
        String hidden = name(other, Api.model(other, Api.provider(other, Api.secret(other, "sk-2"))));
        assertThat(caller().get("/v1/models").jsonPath().getList("data.id")).doesNotContain(hidden);
        caller().get("/v1/models/" + hidden).then().statusCode(404).body("error.code", equalTo("model_not_found"));
        // The administrator's token reaches both models.
        given().header("Authorization", "Bearer " + Api.adminToken())
                .get("/v1/models")
                .then()
                .statusCode(200)
                .body("data.id", hasItem(slug(other) + "/" + hidden));
    }

    @Test
    void modelsOfOneNameAreListedByTheirOrganizationsSlug() {
        String other = Api.organization();
        String model = name(Api.model(organization, provider));
        asAdmin()
                .body(Map.of(
                        "name",
                        model,
                        "provider_id",
                        Api.provider(other, Api.secret(other, "sk-3")),
                        "remote_model_name",
                        "gpt-4o"))
                .post("/organizations/{id}/models", other)
                .then()
                .statusCode(201);
        String mine = slug() + "/" + model;
        RequestSpecification admin = given().header("Authorization", "Bearer " + Api.adminToken());
        admin.get("/v1/models").then().body("data.id", hasItems(mine, slug(other) + "/" + model));
        given().urlEncodingEnabled(false)
                .header("Authorization", "Bearer " + Api.adminToken())
                .get("/v1/models/" + mine.replace("/", "%2F"))
                .then()
                .statusCode(200)
                .body("id", equalTo(mine));
    }

    @Test
    void missingTokenAndWrongMethodGetErrorsInTheDialect() {
        given().header("anthropic-version", "2023-06-01")
                .get("/v1/models")
                .then()
                .statusCode(401)
                .body("type", equalTo("error"))
                .body("error.type", equalTo("authentication_error"));
        caller().post("/v1/models")
                .then()
                .statusCode(405)
                .header("Allow", "GET, HEAD")
                .body("error.type", equalTo("invalid_request_error"));
    }

    private RequestSpecification caller() {
        return given().header("Authorization", "Bearer " + token);
    }

    private String name(String model) {
        return name(organization, model);
    }

    private static String name(String organization, String model) {
        return Api.get("/organizations/{org}/models/{id}", organization, model)
                .extract()
                .path("name");
    }

    private String slug() {
        return slug(organization);
    }

    private static String slug(String organization) {
        return Api.get("/organizations/{org}", organization).extract().path("slug");
    }
}
