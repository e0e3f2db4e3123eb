package io.agyn.console.providers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.agyn.console.Visitor;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class LlmProvidersPagesTest {
    private String organization;
    private String providers;
    private Visitor owner;

    @BeforeEach
    void createOrganization() {
        organization = Api.organization();
        providers = "/organizations/" + organization + "/llm-providers";
        owner = Visitor.signedIn(Api.tokenOfNew("owner", organization));
    }

    @ParameterizedTest
    @CsvSource({
        "OPENAI, https://api.openai.com/v1, responses, bearer",
        "ANTHROPIC, https://api.anthropic.com/v1, anthropic_messages, x_api_key",
        "AZURE_OPENAI, https://YOUR-RESOURCE.openai.azure.com/openai/v1, responses, bearer",
        "OPENROUTER, https://openrouter.ai/api/v1, responses, bearer",
        "VLLM, http://localhost:8000/v1, responses, bearer",
        "GATEWAY, https://gateway.example.com/v1, responses, custom_headers"
    })
    void presetsFillInEndpointProtocolAndMethod(String preset, String endpoint, String protocol, String authMethod) {
        Response filled = owner.submit(
                providers + "/new",
                providers + "/new",
                Map.of(
                        "preset",
                        preset,
                        "name",
                        "typed before",
                        "endpoint",
                        "https://typed.example",
                        "key",
                        "sk-typed"));
        filled.then().statusCode(200);
        assertThat(filled.asString())
                .contains("value=\"" + endpoint + "\"", "value=\"typed before\"")
                .contains("<option value=\"" + protocol + "\" selected>")
                .contains("<option value=\"" + authMethod + "\" selected>")
                .doesNotContain("sk-typed", "https://typed.example");
        assertThat(owner.page(providers)).contains("No LLM providers yet");
    }

    @Test
    void keyIsEnteredMaskedAndRevealed() {
        String id = create("openai-prod", "bearer", Map.of("key", " sk-typed\n"));
        String page = owner.page(providers + "/" + id);
        assertThat(page).contains("openai-prod", "Reveal the credentials").doesNotContain("sk-typed");
        assertThat(owner.page(providers)).contains("openai-prod", "https://api.openai.com/v1", "no models yet");
        owner.submit(providers + "/" + id, providers + "/" + id + "/reveal", Map.of())
                .then()
                .statusCode(200)
                .header("Refresh", containsString("/llm-providers/" + id))
                .body(containsString(">sk-typed<"));
        Api.asAdmin()
                .get("/organizations/{o}/audit-events?resource_id={p}", organization, id)
                .then()
                .body("items.operation", contains("revealLlmProviderCredentials", "createLlmProvider"));
    }

    @Test
    void existingSecretIsChosen() {
        String secret = Api.secret(organization, "sk-of-the-secret");
        String id = create("by-secret", "x_api_key", Map.of("existing_secret", secret, "key", ""));
        stored(id).body("token_secret_id", equalTo(secret)).body("has_token", equalTo(false));
        assertThat(owner.page(providers + "/" + id))
                .contains("/secrets/" + secret)
                .doesNotContain("/reveal");
    }

    @Test
    void webSocketIsTurnedOffAndStaysOff() {
        String id = create("without-websocket", "bearer", Map.of("key", "sk-1", "websocket", "off"));
        stored(id).body("websocket", equalTo("off"));
        String path = providers + "/" + id;
        assertThat(owner.page(path)).contains("<dt>WebSocket</dt><dd><code>off</code></dd>");
        assertThat(owner.page(path + "/edit")).contains("<option value=\"off\" selected>");
        send(path + "/edit", fields("renamed", "bearer", Map.of())).then().statusCode(303);
        stored(id).body("name", equalTo("renamed")).body("websocket", equalTo("off"));
    }

    @Test
    void headersAreEnteredAndRevealed() {
        Map<String, Object> fields = fields("gateway", "custom_headers", Map.of());
        fields.put("header_name", List.of("X-Gateway-Key", "", "X-Team"));
        fields.put("header_value", List.of("key-1", "", "payments"));
        // Hidden fields of the other methods are ignored.
        fields.put("key", "sk-ignored");
        send(providers + "/new", fields).then().statusCode(303);
        String id = idOf("gateway");
        stored(id).body("custom_header_names", contains("X-Gateway-Key", "X-Team"));
        assertThat(owner.page(providers + "/" + id))
                .contains("X-Gateway-Key", "X-Team")
                .doesNotContain("key-1");
        owner.submit(providers + "/" + id, providers + "/" + id + "/reveal", Map.of())
                .then()
                .body(containsString("X-Gateway-Key: key-1\nX-Team: payments<"));
    }

    @ParameterizedTest
    @CsvSource({"Host", "content-length", "CONNECTION", "Transfer-Encoding"})
    void reservedHeaderIsAnErrorAtItsRow(String name) {
        Map<String, Object> fields = fields("gateway", "custom_headers", Map.of());
        fields.put("header_name", List.of("X-Right", name));
        fields.put("header_value", List.of("v", "secret-value"));
        send(providers + "/new", fields)
                .then()
                .statusCode(422)
                .body(containsString("<a href=\"#header_2\">Header 2</a>: Remove this header; " + name
                        + " is managed by the proxy."))
                .body(containsString("id=\"header_2\" name=\"header_name\" value=\"" + name + "\""))
                .body(containsString("value=\"X-Right\""))
                .body(not(containsString("secret-value")));
    }

    @Test
    void duplicateHeaderIsRejected() {
        Map<String, Object> fields = fields("gateway", "custom_headers", Map.of());
        fields.put("header_name", List.of("X-Key", "", "x-key", "Host", "X-Right"));
        fields.put("header_value", List.of("one", "", "two", "three", ""));
        fields.put("name", "");
        Response rejected = send(providers + "/new", fields);
        rejected.then().statusCode(422);
        assertThat(rejected.asString())
                .as("what the form finds wrong, and what the API does, at once")
                .contains("<a href=\"#name\">Name</a>: Must have 1 to 128 characters")
                .contains("<a href=\"#header_2\">Header 2</a>: Duplicate of header 1.")
                .contains("<a href=\"#header_3\">Header 3</a>: Remove this header; Host is managed by the proxy.")
                .contains("<a href=\"#header_4\">Header 4</a>: Must have 1 to")
                .contains("value=\"x-key\"")
                .containsOnlyOnce("#header_2\"");
    }

    @Test
    void tooManyHeadersAreRejectedAndNotSentBack() {
        Map<String, Object> fields = fields("gateway", "custom_headers", Map.of());
        fields.put("header_name", Collections.nCopies(30_000, "a"));
        fields.put("header_value", Collections.nCopies(30_000, "b"));
        Response rejected = send(providers + "/new", fields);
        rejected.then().statusCode(422);
        assertThat(rejected.asString())
                .contains("<a href=\"#custom_headers\">Custom headers</a>: Enter at most 32 headers, not 30000.")
                .contains("id=\"header_32\"")
                .doesNotContain("id=\"header_33\"")
                .hasSizeLessThan(60_000);
    }

    @Test
    void errorsAreBesideTheirFieldsAndInputIsKept() {
        Response rejected = send(
                providers + "/new",
                fields("", "bearer", Map.of("endpoint", "ftp://nowhere", "key", "sk with spaces", "protocol", "odd")));
        rejected.then().statusCode(422);
        assertThat(rejected.asString())
                .contains("#name\">Name</a>: ", "#endpoint\">Endpoint</a>: ", "#protocol\">Protocol</a>: ")
                .contains("#key\">API key</a>: ")
                .contains("value=\"ftp://nowhere\"")
                .doesNotContain("sk with spaces");
        send(providers + "/new", fields("none", "bearer", Map.of()))
                .then()
                .statusCode(422)
                .body(containsString("#existing_secret\">Existing secret</a>: Enter an API key or choose a secret."))
                .body(not(containsString("token_secret_id")));
        String secret = Api.secret(organization, "sk-of-the-secret");
        send(providers + "/new", fields("", "x_api_key", Map.of("key", "sk-1", "existing_secret", secret)))
                .then()
                .statusCode(422)
                .body(containsString("#name\">Name</a>: "))
                .body(containsString("#key\">API key</a>: Enter an API key or choose a secret, not both."));
        send(providers + "/new", fields("none", "custom_headers", Map.of()))
                .then()
                .statusCode(422)
                .body(containsString("href=\"#custom_headers\""));
    }

    @Test
    void takenNameIsAConflictAndTheKeyIsNotSentBack() {
        create("taken", "bearer", Map.of("key", "sk-1"));
        send(providers + "/new", fields("taken", "bearer", Map.of("key", "sk-sent-back")))
                .then()
                .statusCode(409)
                .body(containsString("value=\"taken\""))
                .body(not(containsString("sk-sent-back")));
    }

    @Test
    void editReplacesOnlyEnteredCredentials() {
        String id = create("openai-prod", "bearer", Map.of("key", "sk-1"));
        String edit = providers + "/" + id + "/edit";
        String before = stored(id).extract().path("credentials_fingerprint");
        send(edit, fields("renamed", "bearer", Map.of("key", ""))).then().statusCode(303);
        stored(id).body("name", equalTo("renamed")).body("credentials_fingerprint", equalTo(before));
        send(edit, fields("renamed", "bearer", Map.of("key", "sk-2"))).then().statusCode(303);
        stored(id).body("credentials_fingerprint", not(equalTo(before)));
        send(edit, fields("renamed", "custom_headers", Map.of()))
                .then()
                .statusCode(422)
                .body(containsString("href=\"#custom_headers\""));
    }

    @Test
    void editPageNamesTheStoredHeaders() {
        String id = create(
                "gateway", "custom_headers", Map.of("header_name", "X-Gateway-Key", "header_value", "key-of-gateway"));
        assertThat(owner.page(providers + "/" + id + "/edit"))
                .contains("Stored now: <code>X-Gateway-Key</code>.")
                .doesNotContain("key-of-gateway");
    }

    @Test
    void editConflictKeepsTheInput() {
        String id = create("first", "bearer", Map.of("key", "sk-1"));
        String edit = providers + "/" + id + "/edit";
        Map<String, Object> mine = fields("mine", "bearer", Map.of("key", ""));
        String page = owner.page(edit);
        mine.put("etag", hidden(page, "etag"));
        mine.put("shown", hidden(page, "shown"));
        send(edit, fields("theirs", "bearer", Map.of("key", ""))).then().statusCode(303);
        send(edit, mine)
                .then()
                .statusCode(412)
                .body(containsString("Payments changed name at"))
                .body(containsString("value=\"mine\""))
                .body(containsString("Stored now: <bdi>theirs</bdi>"));
        mine.remove("etag");
        send(edit, mine).then().statusCode(303);
    }

    @Test
    void deletionListsOrphanedModelsAndAsksForTheName() {
        String id = create("in-use", "bearer", Map.of("key", "sk-1"));
        String model = Api.model(organization, id);
        String name = Api.get("/organizations/{o}/models/{m}", organization, model)
                .extract()
                .path("name");
        assertThat(owner.page(providers + "/" + id)).contains(name, "/models/" + model + "#test");
        assertThat(owner.page(providers + "/" + id + "/delete")).contains(name, "Type in-use to confirm");
        send(providers + "/" + id + "/delete", Map.of("typed", "something"))
                .then()
                .statusCode(422)
                .body(containsString("Type exactly in-use."));
        stored(id);
        send(providers + "/" + id + "/delete", Map.of("typed", "in-use")).then().statusCode(303);
        Api.get("/organizations/{o}/models/{m}", organization, model)
                .body("status", equalTo("orphaned"))
                .body("provider_id", nullValue());
    }

    @Test
    void providerWithoutModelsIsDeletedWithoutItsName() {
        String id = create("unused", "bearer", Map.of("key", "sk-1"));
        assertThat(owner.page(providers + "/" + id + "/delete")).doesNotContain("to confirm");
        send(providers + "/" + id + "/delete", Map.of()).then().statusCode(303);
        assertThat(owner.page(providers)).contains("LLM provider unused was deleted.", "No LLM providers yet");
    }

    @Test
    void manyModelsArePagedAndCountedInTheDeletion() {
        String id = create("busy", "bearer", Map.of("key", "sk-1"));
        for (int i = 0; i < 27; i++) {
            Api.asAdmin()
                    .body(Map.of("name", "model-%02d".formatted(i), "provider_id", id, "remote_model_name", "gpt-4o"))
                    .post("/organizations/{o}/models", organization)
                    .then()
                    .statusCode(201);
        }
        String path = providers + "/" + id;
        String first = owner.page(path);
        assertThat(first).contains("<dd>27</dd>", "model-24").doesNotContain("model-25");
        String before = id + "?page=";
        int start = first.indexOf(before) + before.length();
        assertThat(owner.page(path + "?page=" + first.substring(start, first.indexOf('"', start))))
                .contains("model-25", "model-26", id + "\">First page")
                .doesNotContain("model-24");
        assertThat(owner.page(path + "/delete"))
                .contains("<bdi>model-19</bdi>", "and 7 more")
                .doesNotContain("model-20");
    }

    @Test
    void memberSeesNoActionsWithoutPermission() {
        String id = create("openai-prod", "bearer", Map.of("key", "sk-hidden"));
        String path = providers + "/" + id;
        Visitor member = Visitor.signedIn(Api.tokenOfNew("member", organization));
        assertThat(member.page(providers)).contains("openai-prod").doesNotContain("New provider");
        assertThat(member.page(path)).doesNotContain("Edit", "Delete…", "/reveal", "New model", "sk-hidden");
        for (String form : new String[] {providers + "/new", path + "/edit", path + "/delete"}) {
            member.get(form).then().statusCode(403);
        }
        Map<String, String> fields = Map.of(
                "name", "mine", "endpoint", "https://x.example", "protocol", "responses", "auth_method", "bearer");
        member.submit(providers, providers + "/new", fields).then().statusCode(403);
        member.submit(providers, path + "/edit", fields).then().statusCode(403);
        member.submit(providers, path + "/reveal", Map.of()).then().statusCode(403);
        member.submit(providers, path + "/delete", Map.of()).then().statusCode(403);
        Api.asAdmin()
                .get("/organizations/{o}/audit-events?outcome=denied", organization)
                .then()
                .body(
                        "items.operation",
                        hasItems(
                                "createLlmProvider",
                                "updateLlmProvider",
                                "revealLlmProviderCredentials",
                                "deleteLlmProvider"));
    }

    @Test
    void otherTenantsGetNotFound() {
        String id = create("openai-prod", "bearer", Map.of("key", "sk-1"));
        Visitor other = Visitor.signedIn(Api.tokenOfNew("owner", Api.organization()));
        other.get(providers).then().statusCode(404);
        other.get(providers + "/" + id).then().statusCode(404);
    }

    private String create(String name, String authMethod, Map<String, String> credentials) {
        send(providers + "/new", fields(name, authMethod, credentials)).then().statusCode(303);
        return idOf(name);
    }

    private static Map<String, Object> fields(String name, String authMethod, Map<String, String> more) {
        Map<String, Object> fields = new HashMap<>(Map.of(
                "name",
                name,
                "endpoint",
                "https://api.openai.com/v1",
                "protocol",
                "responses",
                "auth_method",
                authMethod));
        fields.putAll(more);
        return fields;
    }

    /** The response to a form of the owner. */
    private Response send(String path, Map<String, Object> fields) {
        return owner.submit(path, path, fields);
    }

    private ValidatableResponse stored(String id) {
        return Api.get("/organizations/{o}/llm-providers/{p}", organization, id);
    }

    private String idOf(String name) {
        return Api.asAdmin()
                .queryParam("name", name)
                .get("/organizations/{id}/llm-providers", organization)
                .then()
                .extract()
                .path("items[0].id");
    }

    private static String hidden(String page, String name) {
        String before = "name=\"" + name + "\" value=\"";
        int start = page.indexOf(before) + before.length();
        return page.substring(start, page.indexOf('"', start)).replace("&quot;", "\"");
    }
}
