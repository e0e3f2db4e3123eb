package io.agyn.console.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.nullValue;

import io.agyn.console.Visitor;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class ModelsPagesTest {
    private String organization;
    private String provider;
    private String models;
    private Visitor owner;

    @BeforeEach
    void register() {
        organization = Api.organization();
        provider = provider("responses");
        models = "/organizations/" + organization + "/models";
        owner = Visitor.signedIn(Api.tokenOfNew("owner", organization));
    }

    @Test
    void modelIsCreatedFromItsProvidersPageRenamedAndDeleted() {
        assertThat(owner.page(models + "/new?provider=" + provider))
                .contains("<option value=\"" + provider + "\" selected>");
        String id = create("gpt-4o");
        assertThat(owner.page(models)).contains("gpt-4o", "/llm-providers/" + provider, ">ready<");
        send(models + "/" + id + "/edit", fields("renamed", "gpt-5")).then().statusCode(303);
        stored(id).body("name", equalTo("renamed")).body("remote_model_name", equalTo("gpt-5"));
        assertThat(owner.page(models + "/" + id + "/delete")).contains("Calls to it will fail");
        send(models + "/" + id + "/delete", Map.of()).then().statusCode(303);
        assertThat(owner.page(models)).contains("Model renamed was deleted.", "No models yet");
    }

    @Test
    void orphanedModelsAreHighlightedAndGetAnotherProvider() {
        String id = create("left-behind");
        assertThat(owner.page(models)).doesNotContain("orphaned");
        Api.asAdmin()
                .delete("/organizations/{o}/llm-providers/{p}", organization, provider)
                .then()
                .statusCode(204);
        provider = provider("responses");
        assertThat(owner.page(models))
                .contains("1 model is orphaned", "/models/" + id + "/edit", ">orphaned<", ">deleted<");
        assertThat(owner.page(models + "/" + id))
                .contains("This model is orphaned")
                .doesNotContain("How to call it");
        send(models + "/" + id + "/edit", fields("left-behind", "gpt-4o"))
                .then()
                .statusCode(303);
        assertThat(owner.page(models)).doesNotContain("orphaned");
    }

    @Test
    void orphanedModelsAreFilteredByStatus() {
        for (int i = 0; i < 11; i++) {
            Api.model(organization, provider);
        }
        Api.asAdmin()
                .delete("/organizations/{o}/llm-providers/{p}", organization, provider)
                .then()
                .statusCode(204);
        provider = provider("responses");
        create("well");
        assertThat(owner.page(models))
                .contains("More than 10 models are orphaned", "/models?status=orphaned\"", "<bdi>well<");
        assertThat(owner.page(models + "?status=orphaned"))
                .contains("name=\"status\" value=\"orphaned\"", "Only orphaned models.")
                .doesNotContain("<bdi>well<");
        assertThat(owner.page(models + "?status=ready")).contains("<bdi>well<").doesNotContain(">orphaned</span>");
        owner.get(models + "?status=lost")
                .then()
                .statusCode(422)
                .body(containsString("#status\">Status</a>: Choose one of ready and orphaned."));
    }

    @Test
    void snippetsUseTheProtocolAndTheBrowsersAddress() {
        String page = owner.page(models + "/" + create("gpt-4o"));
        String address = "http://127.0.0.1:" + RestAssured.port;
        assertThat(page)
                .contains("curl -s " + address + "/v1/responses", "base_url=&quot;" + address + "/v1&quot;")
                .contains("wire_api = &quot;responses&quot;", "model = &quot;gpt-4o&quot;")
                .contains("model_catalog_url = &quot;" + address + "/v1/models&quot;")
                .doesNotContain("ANTHROPIC");
        provider = provider("anthropic_messages");
        assertThat(owner.page(models + "/" + create("claude")))
                .contains("export ANTHROPIC_BASE_URL=" + address, "export ANTHROPIC_MODEL=claude", "/v1/messages")
                .doesNotContain("wire_api");
    }

    @Test
    void optionalSettingsAreSavedShownAndCleared() {
        String id = create("glm");
        Map<String, Object> settings = new HashMap<>(fields("glm", "glm-5"));
        settings.putAll(Map.of(
                "alias",
                "anthropic-glm",
                "keep_alive_seconds",
                "15",
                "codex_catalog_entry",
                "{\n\"display_name\": \"GLM\"}"));
        send(models + "/" + id + "/edit", settings).then().statusCode(303);
        stored(id)
                .body("alias", equalTo("anthropic-glm"))
                .body("keep_alive_seconds", equalTo(15))
                .body("codex_catalog_entry", equalTo("{\n\"display_name\": \"GLM\"}"));
        assertThat(owner.page(models + "/" + id))
                .contains("<bdi>anthropic-glm</bdi>", "after 15 s of silence", "keep_alive_seconds  = 15");
        assertThat(owner.page(models + "/" + id + "/edit")).contains("value=\"anthropic-glm\"", "value=\"15\"");

        settings.putAll(Map.of("keep_alive_seconds", "soon", "codex_catalog_entry", "[]"));
        send(models + "/" + id + "/edit", settings)
                .then()
                .statusCode(422)
                .body(containsString("#keep_alive_seconds\">Keep-alive</a>: Must be an integer from 0 to 3600."))
                .body(containsString("#codex_catalog_entry\">Codex catalogue entry</a>: Must be a JSON object."));

        send(models + "/" + id + "/edit", fields("glm", "glm-5")).then().statusCode(303);
        stored(id)
                .body("alias", nullValue())
                .body("keep_alive_seconds", nullValue())
                .body("codex_catalog_entry", nullValue());
    }

    @Test
    void snippetsUseTheIdIfTheNameNeedsQuoting() {
        String id = create("it's \"odd\" $(reboot)");
        assertThat(owner.page(models + "/" + id)).contains("{&quot;model&quot;: &quot;" + id + "&quot;");
    }

    @Test
    void errorsAreBesideTheirFieldsAndInputIsKept() {
        Response rejected = send(models + "/new", Map.of("name", "", "provider", "", "remote_model_name", " odd "));
        rejected.then().statusCode(422);
        assertThat(rejected.asString())
                .contains("href=\"#name\"", "href=\"#provider\"", "href=\"#remote_model_name\"")
                .contains("value=\" odd \"");
    }

    @Test
    void takenNameIsAConflict() {
        create("taken");
        send(models + "/new", fields("taken", "gpt-4o")).then().statusCode(409).body(containsString("value=\"taken\""));
    }

    @Test
    void editConflictKeepsTheInput() {
        String id = create("first");
        String edit = models + "/" + id + "/edit";
        Map<String, Object> mine = new HashMap<>(fields("mine", "gpt-4o"));
        String page = owner.page(edit);
        mine.put("etag", hidden(page, "etag"));
        mine.put("shown", hidden(page, "shown"));
        send(edit, fields("theirs", "gpt-4o")).then().statusCode(303);
        send(edit, mine)
                .then()
                .statusCode(412)
                .body(containsString("Payments changed name at"))
                .body(containsString("Stored now: <bdi>theirs</bdi>"))
                .body(containsString("value=\"mine\""));
    }

    @Test
    void editConflictShowsTheStoredProvider() {
        String id = create("first");
        String edit = models + "/" + id + "/edit";
        Map<String, Object> mine = new HashMap<>(fields("first", "gpt-4o"));
        String page = owner.page(edit);
        mine.put("etag", hidden(page, "etag"));
        mine.put("shown", hidden(page, "shown"));
        String other = Api.provider(organization, Api.secret(organization, "sk"));
        String name = Api.get("/organizations/{o}/llm-providers/{p}", organization, other)
                .extract()
                .path("name");
        Map<String, Object> theirs = new HashMap<>(fields("first", "gpt-4o"));
        theirs.put("provider", other);
        send(edit, theirs).then().statusCode(303);
        send(edit, mine)
                .then()
                .statusCode(412)
                .body(containsString("changed LLM provider at"))
                .body(containsString("Stored now: <bdi>" + name + "</bdi>"));
    }

    @Test
    void memberSeesNoActionsWithoutPermission() {
        String id = create("gpt-4o");
        String path = models + "/" + id;
        Visitor member = Visitor.signedIn(Api.tokenOfNew("member", organization));
        assertThat(member.page(models)).contains("gpt-4o").doesNotContain("New model");
        assertThat(member.page(path)).contains("How to call it").doesNotContain("/edit", "Delete…");
        for (String form : new String[] {models + "/new", path + "/edit", path + "/delete"}) {
            member.get(form).then().statusCode(403);
        }
        member.submit(models, models + "/new", fields("mine", "gpt-4o")).then().statusCode(403);
        member.submit(models, path + "/edit", fields("mine", "gpt-4o")).then().statusCode(403);
        member.submit(models, path + "/delete", Map.of()).then().statusCode(403);
        Api.asAdmin()
                .get("/organizations/{o}/audit-events?outcome=denied", organization)
                .then()
                .body("items.operation", hasItems("createModel", "updateModel", "deleteModel"));
    }

    @Test
    void otherTenantsGetNotFound() {
        String id = create("gpt-4o");
        Visitor other = Visitor.signedIn(Api.tokenOfNew("owner", Api.organization()));
        other.get(models).then().statusCode(404);
        other.get(models + "/" + id).then().statusCode(404);
    }

    private String create(String name) {
        send(models + "/new", fields(name, "gpt-4o")).then().statusCode(303);
        return Api.asAdmin()
                .queryParam("name", name)
                .get("/organizations/{id}/models", organization)
                .then()
                .extract()
                .path("items[0].id");
    }

    private String provider(String protocol) {
        Map<String, Object> body = Api.providerBody("bearer", Map.of("token", "sk-1", "protocol", protocol));
        return Api.asAdmin()
                .body(body)
                .post("/organizations/{id}/llm-providers", organization)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private Map<String, Object> fields(String name, String remote) {
        return Map.of("name", name, "provider", provider, "remote_model_name", remote);
    }

    private Response send(String path, Map<String, Object> fields) {
        return owner.submit(path, path, fields);
    }

    private ValidatableResponse stored(String id) {
        return Api.get("/organizations/{o}/models/{m}", organization, id);
    }

    private static String hidden(String page, String name) {
        String before = "name=\"" + name + "\" value=\"";
        int start = page.indexOf(before) + before.length();
        return page.substring(start, page.indexOf('"', start)).replace("&quot;", "\"");
    }
}
