package io.agyn.proxy;

import static io.agyn.proxy.Scene.body;
import static io.agyn.proxy.Scene.text;
import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Resolution of model names, and the errors for unknown ones. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class ResolutionTest {
    @RegisterExtension
    static final Scene SCENE = new Scene();

    @Test
    void modelIsCalledByNameByIdAndBySlugAndName() throws Exception {
        String organization = SCENE.organization();
        String slug = Api.get("/organizations/{id}", organization).extract().path("slug");
        String id = asAdmin()
                .queryParam("name", SCENE.responses())
                .get("/organizations/{id}/models", organization)
                .then()
                .extract()
                .path("items[0].id");
        for (String called : List.of(SCENE.responses(), id, slug + "/" + SCENE.responses())) {
            SCENE.provider().forget();
            assertThat(SCENE.post("/v1/responses", body(called)).statusCode())
                    .as(called)
                    .isEqualTo(200);
            assertThat(SCENE.received().text()).isEqualTo(body("gpt-4o"));
        }
    }

    @Test
    void ofTwoOrganizationsTheCallerChoosesOneByHeaderOrBySlug() throws Exception {
        Twins twins = twins();
        for (String chosen : List.of(twins.second, twins.secondSlug)) {
            SCENE.provider().forget();
            HttpResponse<byte[]> response =
                    asOwnerOfBoth("/v1/responses", body(twins.name), "x-agyn-organization: " + chosen);
            assertThat(response.statusCode()).as(text(response)).isEqualTo(200);
            assertThat(SCENE.received().text()).isEqualTo(body("of-the-second"));
        }
        SCENE.provider().forget();
        assertThat(asOwnerOfBoth("/v1/responses", body(twins.secondSlug + "/" + twins.name))
                        .statusCode())
                .isEqualTo(200);
        assertThat(SCENE.received().text()).isEqualTo(body("of-the-second"));
    }

    @Test
    void joiningAnOrganizationChangesNoNameWithoutASlug() throws Exception {
        Twins twins = twins();
        String user = Api.user();
        Api.join(twins.first, user, "member");
        String token = Api.tokenOf(user);
        assertCalled(token, twins.name, "of-the-first");
        Api.join(twins.second, user, "owner");
        await().atMost(Scene.PATIENCE)
                .untilAsserted(() -> assertCalled(token, twins.secondSlug + "/" + twins.name, "of-the-second"));
        assertCalled(token, twins.name, "of-the-first");
        Api.as(token)
                .body(Map.of("home_organization_id", twins.second))
                .put("/me")
                .then()
                .statusCode(200);
        await().atMost(Scene.PATIENCE).untilAsserted(() -> assertCalled(token, twins.name, "of-the-second"));
    }

    private static void assertCalled(String token, String model, String remoteName) throws InterruptedException {
        SCENE.provider().forget();
        HttpResponse<byte[]> response =
                SCENE.send(Scene.request("/v1/responses", body(model)).header("authorization", "Bearer " + token));
        assertThat(response.statusCode()).as(text(response)).isEqualTo(200);
        assertThat(SCENE.received().text()).isEqualTo(body(remoteName));
    }

    @Test
    void errorNamesTheModelWithItsSlug() {
        Twins twins = twins();
        String user = Api.user("cluster_admin");
        String token = Api.tokenOf(user);
        JsonObject noHome = error(token, twins.name, 400);
        assertThat(noHome.getString("param")).isEqualTo("model");
        assertThat(noHome.getString("message"))
                .contains(
                        twins.firstSlug + "/" + twins.name,
                        twins.secondSlug + "/" + twins.name,
                        "x-agyn-organization",
                        "home organization");
        Api.join(Api.organization(), user, "member");
        await().atMost(Scene.PATIENCE).untilAsserted(() -> error(token, twins.name, 404));
        JsonObject elsewhere = error(token, twins.name, 404);
        assertThat(elsewhere.getString("code")).isEqualTo("model_not_found");
        assertThat(elsewhere.getString("message")).contains(twins.firstSlug + "/" + twins.name);
        assertThat(SCENE.provider().received()).isEmpty();
    }

    private static JsonObject error(String token, String model, int status) {
        HttpResponse<byte[]> response =
                SCENE.send(Scene.request("/v1/responses", body(model)).header("authorization", "Bearer " + token));
        assertThat(response.statusCode()).as(text(response)).isEqualTo(status);
        return new JsonObject(text(response)).getJsonObject("error");
    }

    @Test
    void unknownModelAndOneOfAnotherTenantLookAlike() {
        String other = Api.organization();
        String theirs = Scene.name(other, Api.model(other, Api.provider(other, Api.secret(other, "sk-theirs"))));
        for (String path : List.of("/v1/responses", "/v1/messages")) {
            HttpResponse<byte[]> unknown = SCENE.post(path, body("no-such-model"));
            HttpResponse<byte[]> foreign = SCENE.post(path, body(theirs));
            assertThat(unknown.statusCode()).isEqualTo(404);
            assertThat(foreign.statusCode()).isEqualTo(404);
            assertThat(text(foreign).replace(theirs, "?").replaceAll("\"request_id\":\"[^\"]*\"", ""))
                    .isEqualTo(text(unknown).replace("no-such-model", "?").replaceAll("\"request_id\":\"[^\"]*\"", ""));
        }
    }

    @Test
    void anotherTenantsOrganizationLooksUnknown() {
        String theirs = Api.organization();
        String none = "00000000-0000-7000-8000-000000000000";
        HttpResponse<byte[]> foreign =
                SCENE.post("/v1/responses", body(SCENE.responses()), "x-agyn-organization: " + theirs);
        HttpResponse<byte[]> unknown =
                SCENE.post("/v1/responses", body(SCENE.responses()), "x-agyn-organization: " + none);
        assertThat(foreign.statusCode()).isEqualTo(404);
        assertThat(text(foreign)).isEqualTo(text(unknown)).contains("x-agyn-organization");
    }

    @Test
    void callOfAnOrphanedModelGetsTheReason() {
        String organization = SCENE.organization();
        String provider = Api.provider(organization, Api.secret(organization, "sk"));
        String model = Scene.name(organization, Api.model(organization, provider));
        asAdmin()
                .delete("/organizations/{org}/llm-providers/{id}", organization, provider)
                .then()
                .statusCode(204);

        HttpResponse<byte[]> ours = SCENE.post("/v1/responses", body(model));
        assertThat(ours.statusCode()).isEqualTo(404);
        JsonObject error = new JsonObject(text(ours)).getJsonObject("error");
        assertThat(error.getString("code")).isEqualTo("model_not_found");
        assertThat(error.getString("message")).contains("orphaned");

        String stranger = Api.tokenBoundTo(Api.organization());
        HttpResponse<byte[]> theirs =
                SCENE.postWithoutToken("/v1/responses", body(model), "authorization: Bearer " + stranger);
        assertThat(theirs.statusCode()).isEqualTo(404);
        assertThat(text(theirs)).doesNotContain("orphaned");
    }

    @Test
    void wrongPathForAModelNamesTheRightOne() {
        HttpResponse<byte[]> response = SCENE.post("/v1/responses", body(SCENE.messages()));
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(new JsonObject(text(response)).getJsonObject("error").getString("message"))
                .contains("/v1/messages", SCENE.messages());

        response = SCENE.post("/v1/messages/count_tokens", body(SCENE.responses()));
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(new JsonObject(text(response)).getJsonObject("error").getString("message"))
                .contains("/v1/responses");
        assertThat(SCENE.provider().received()).isEmpty();
    }

    @Test
    void errorHasOpenAisShapeAtItsPaths() {
        HttpResponse<byte[]> response = SCENE.post("/v1/responses", body("nothing"), "x-request-id: of-mine.1");
        JsonObject body = new JsonObject(text(response));
        assertThat(body.fieldNames()).containsExactly("error");
        JsonObject error = body.getJsonObject("error");
        assertThat(error.fieldNames()).containsExactly("message", "type", "param", "code");
        assertThat(error.getString("type")).isEqualTo("invalid_request_error");
        assertThat(error.getString("param")).isEqualTo("model");
        assertThat(error.getString("code")).isEqualTo("model_not_found");
        assertThat(error.getString("message")).contains("nothing");
        assertThat(response.headers().allValues("content-type")).containsExactly("application/json");
        assertThat(response.headers().allValues("x-request-id")).containsExactly("of-mine.1");
        assertThat(response.headers().allValues("x-agyn-request-id")).containsExactly("of-mine.1");
    }

    @Test
    void errorHasAnthropicsShapeAtItsPaths() {
        HttpResponse<byte[]> response = SCENE.post("/v1/messages", body("nothing"));
        JsonObject body = new JsonObject(text(response));
        assertThat(body.fieldNames()).containsExactly("type", "error", "request_id");
        assertThat(body.getString("type")).isEqualTo("error");
        assertThat(body.getJsonObject("error").fieldNames()).containsExactly("type", "message");
        assertThat(body.getJsonObject("error").getString("type")).isEqualTo("not_found_error");
        assertThat(response.headers().allValues("request-id")).containsExactly(body.getString("request_id"));
        assertThat(response.headers().allValues("x-agyn-request-id")).containsExactly(body.getString("request_id"));
        assertThat(body.getString("request_id")).isNotEmpty();
    }

    private record Twins(String name, String first, String firstSlug, String second, String secondSlug) {}

    /** Two organizations with a model of the same name, at one provider. */
    private static Twins twins() {
        String name = Api.freshName("twin");
        String first = Api.organization();
        String second = Api.organization();
        createModel(first, name, "of-the-first");
        createModel(second, name, "of-the-second");
        return new Twins(name, first, slug(first), second, slug(second));
    }

    private static void createModel(String organization, String name, String remoteName) {
        Map<String, Object> provider = new HashMap<>(Api.providerBody("bearer", Map.of("token", Scene.CREDENTIAL)));
        provider.put("endpoint", SCENE.provider().origin() + "/v1");
        String id = asAdmin()
                .body(provider)
                .post("/organizations/{id}/llm-providers", organization)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        asAdmin()
                .body(Map.of("name", name, "provider_id", id, "remote_model_name", remoteName))
                .post("/organizations/{id}/models", organization)
                .then()
                .statusCode(201);
    }

    private static String slug(String organization) {
        return Api.get("/organizations/{id}", organization).extract().path("slug");
    }

    private static HttpResponse<byte[]> asOwnerOfBoth(String path, String body, String... headers) {
        return SCENE.send(Scene.request(path, body, headers).header("authorization", "Bearer " + Api.adminToken()));
    }
}
