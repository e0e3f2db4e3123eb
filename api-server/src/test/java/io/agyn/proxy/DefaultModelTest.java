package io.agyn.proxy;

import static io.agyn.proxy.Scene.body;
import static io.agyn.proxy.Scene.text;
import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls whose bodies name no model. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class DefaultModelTest {
    @RegisterExtension
    static final Scene SCENE = new Scene();

    @AfterEach
    void clear() {
        setDefault(SCENE.organization(), null);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'input':'Hi'} | {'model':'gpt-4o','input':'Hi'}",
                "{} | {'model':'gpt-4o'}",
                "{ 'prompt' : {'id':'p','model':1}} | {'model':'gpt-4o', 'prompt' : {'id':'p','model':1}}",
            })
    void organizationsDefaultModelIsInserted(String body, String expected) throws Exception {
        setDefault(SCENE.organization(), id(SCENE.responses()));
        assertCalled(SCENE.token(), body.replace('\'', '"'), expected.replace('\'', '"'));
    }

    @Test
    void headerHasPrecedenceOverDefaultModels() throws Exception {
        setDefault(SCENE.organization(), id(SCENE.responses()));
        String other = otherModel();
        HttpResponse<byte[]> response = SCENE.post("/v1/responses", "{\"a\":1}", "x-agyn-model: " + other);
        assertThat(response.statusCode()).as(text(response)).isEqualTo(200);
        assertThat(SCENE.received().text()).isEqualTo("{\"model\":\"other\",\"a\":1}");
        assertThat(SCENE.received().headers()).noneMatch(header -> header.name().equalsIgnoreCase("x-agyn-model"));
    }

    @Test
    void bodyHasPrecedenceOverTheHeader() throws Exception {
        HttpResponse<byte[]> response =
                SCENE.post("/v1/responses", body(SCENE.responses()), "x-agyn-model: " + otherModel());
        assertThat(response.statusCode()).as(text(response)).isEqualTo(200);
        assertThat(SCENE.received().text()).isEqualTo(body("gpt-4o"));
    }

    @Test
    void unknownModelInTheHeaderIsNotFound() {
        HttpResponse<byte[]> response = SCENE.post("/v1/responses", "{}", "x-agyn-model: nobody");
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.headers().firstValue("x-agyn-error")).hasValue("model_not_found");
    }

    @Test
    void tokensDefaultModelHasPrecedenceOverTheOrganizations() throws Exception {
        setDefault(SCENE.organization(), id(SCENE.responses()));
        String token = tokenWithDefault(id(otherModel()));
        assertCalled(token, "{\"a\":1}", "{\"model\":\"other\",\"a\":1}");
    }

    @Test
    void defaultModelOfTheOtherProtocolCountsAsNone() {
        setDefault(SCENE.organization(), id(SCENE.messages()));
        assertThat(SCENE.post("/v1/messages", "{\"messages\":[]}").statusCode()).isEqualTo(200);
        assertMissing("/v1/responses", "Missing required parameter: 'model'.");
        setDefault(SCENE.organization(), id(SCENE.responses()));
        assertMissing("/v1/messages", "model: Field required");
    }

    @Test
    void withoutADefaultModelTheVendorsErrorIsReturned() {
        assertMissing("/v1/responses", "Missing required parameter: 'model'.");
        assertMissing("/v1/responses/input_tokens", "Missing required parameter: 'model'.");
        assertMissing("/v1/messages", "model: Field required");
    }

    @Test
    void deletedModelIsNoLongerADefault() {
        String model = id(otherModel());
        setDefault(SCENE.organization(), model);
        asAdmin()
                .delete("/organizations/{org}/models/{id}", SCENE.organization(), model)
                .then()
                .statusCode(204);
        assertThat(Api.get("/organizations/{id}", SCENE.organization())
                        .extract()
                        .<String>path("default_model_id"))
                .isNull();
        await().atMost(Scene.PATIENCE)
                .untilAsserted(() -> assertMissing("/v1/responses", "Missing required parameter: 'model'."));
    }

    @Test
    void modelOfAnotherOrganizationIsNoDefault() {
        String other = Api.organization();
        String foreign = Api.model(other, Api.provider(other, Api.secret(other, "value")));
        asAdmin()
                .body(organizationBody(SCENE.organization(), foreign))
                .put("/organizations/{id}", SCENE.organization())
                .then()
                .statusCode(404)
                .body("code", equalTo("reference_not_found"));
        for (String unreachable : new String[] {foreign, UUID.randomUUID().toString()}) {
            asAdmin()
                    .body(Map.of(
                            "description",
                            "Test",
                            "organization_id",
                            SCENE.organization(),
                            "default_model_id",
                            unreachable))
                    .post("/api-tokens")
                    .then()
                    .statusCode(404)
                    .body("errors[0].pointer", equalTo("/default_model_id"));
        }
    }

    @Test
    void defaultModelOfTheHomeOrganizationIsUsed() throws Exception {
        setDefault(SCENE.organization(), id(SCENE.responses()));
        String other = Api.organization();
        String model = Api.model(other, Api.provider(other, Api.secret(other, "value")));
        setDefault(other, model);
        String user = Api.user();
        Api.join(SCENE.organization(), user, "member");
        Api.join(other, user, "member");
        String token = Api.tokenOf(user);
        assertCalled(token, "{}", "{\"model\":\"gpt-4o\"}");
        setDefault(SCENE.organization(), null);
        await().atMost(Scene.PATIENCE).untilAsserted(() -> assertThat(
                        post(token, "/v1/responses", "{}").statusCode())
                .isEqualTo(400));
    }

    private static void assertCalled(String token, String body, String expected) throws InterruptedException {
        HttpResponse<byte[]> response = post(token, "/v1/responses", body);
        assertThat(response.statusCode()).as(text(response)).isEqualTo(200);
        assertThat(SCENE.received().text()).isEqualTo(expected);
    }

    private static void assertMissing(String path, String message) {
        HttpResponse<byte[]> response = SCENE.post(path, "{\"a\":1}");
        assertThat(response.statusCode()).as(text(response)).isEqualTo(400);
        assertThat(response.headers().firstValue("x-agyn-error")).hasValue("missing_parameter");
        assertThat(new JsonObject(text(response)).getJsonObject("error").getString("message"))
                .isEqualTo(message);
    }

    private static HttpResponse<byte[]> post(String token, String path, String body, String... headers) {
        String[] all = Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = "authorization: Bearer " + token;
        return SCENE.postWithoutToken(path, body, all);
    }

    /** The name of a fresh model whose remote name is "other". */
    private static String otherModel() {
        Map<String, String> model = new HashMap<>(Api.modelBody(Api.freshName("other"), providerOf(SCENE.responses())));
        model.put("remote_model_name", "other");
        return asAdmin()
                .body(model)
                .post("/organizations/{id}/models", SCENE.organization())
                .then()
                .statusCode(201)
                .extract()
                .path("name");
    }

    private static String providerOf(String model) {
        return Api.get("/organizations/{org}/models/{id}", SCENE.organization(), id(model))
                .extract()
                .path("provider_id");
    }

    private static String id(String model) {
        return asAdmin()
                .queryParam("name", model)
                .get("/organizations/{id}/models", SCENE.organization())
                .then()
                .extract()
                .path("items[0].id");
    }

    private static String tokenWithDefault(String model) {
        return asAdmin()
                .body(Map.of("description", "Test", "organization_id", SCENE.organization(), "default_model_id", model))
                .post("/api-tokens")
                .then()
                .statusCode(201)
                .body("default_model_id", equalTo(model))
                .extract()
                .path("token");
    }

    private static void setDefault(String organization, String model) {
        asAdmin()
                .body(organizationBody(organization, model))
                .put("/organizations/{id}", organization)
                .then()
                .statusCode(200)
                .body("default_model_id", equalTo(model));
    }

    private static Map<String, Object> organizationBody(String organization, String model) {
        Map<String, Object> body = new HashMap<>();
        body.put("name", Api.get("/organizations/{id}", organization).extract().path("name"));
        body.put("default_model_id", model);
        return body;
    }
}
