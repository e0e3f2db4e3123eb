package io.agyn.proxy;

import static io.agyn.testing.Api.asAdmin;
import static io.restassured.RestAssured.given;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
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
    void anthropicClientsGetPagesInAnthropicsFormat() {
        for (int i = 0; i < 5; i++) {
            Api.model(organization, provider);
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
                .body("data.id", hasItem(hidden));
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
                .header("Allow", "GET")
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
