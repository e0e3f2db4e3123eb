package io.agyn.console.forms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.agyn.console.Visitor;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Long lists are picked by typing a key. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class PickerFactoryTest {
    private static final int MANY = 101;

    private String organization;
    private String root;
    private String user;
    private Visitor owner;

    @BeforeEach
    void createOrganization() {
        organization = Api.organization();
        root = "/organizations/" + organization;
        user = Api.user();
        Api.join(organization, user, "owner");
        owner = Visitor.signedIn(Api.tokenOf(user));
    }

    @Test
    void llmProviderIsPickedByName() {
        List<String> providers = many("llm-providers", "provider", Map.of());
        String last = providers.getLast();
        String models = root + "/models";
        String page = owner.page(models + "/new");
        assertThat(page)
                .contains("LLM provider, by name", "<option value=\"provider-0\">", "<option value=\"provider-99\">")
                .doesNotContain("provider-100");
        assertThat(owner.page(models + "/new?provider=" + last)).contains("name=\"provider\" value=\"provider-100\"");

        Response unknown = owner.submit(models + "/new", model("gpt", "provider-101"));
        unknown.then()
                .statusCode(422)
                .body(containsString("No LLM provider has this name."))
                .body(containsString("name=\"provider\" value=\"provider-101\""));
        String created = owner.submit(models + "/new", model("gpt", " provider-100 "))
                .then()
                .statusCode(303)
                .extract()
                .header("Location");
        String id = created.substring(created.lastIndexOf('/') + 1);
        Api.get("/organizations/{o}/models/{m}", organization, id).body("provider_id", equalTo(last));
        assertThat(owner.page(created + "/edit")).contains("name=\"provider\" value=\"provider-100\"");
        owner.submit(created + "/edit", model("gpt", "provider-7")).then().statusCode(303);
        Api.get("/organizations/{o}/models/{m}", organization, id).body("provider_id", equalTo(providers.get(7)));
        assertThat(owner.page(models)).contains(">provider-7<");
    }

    @Test
    void secretIsPickedByName() {
        List<String> secrets = many("secrets", "key", Map.of("value", "v"));
        String form = root + "/llm-providers/new";
        assertThat(owner.page(form)).contains("Existing secret, by name", "<option value=\"key-99\">");

        owner.submit(form, provider("key-101"))
                .then()
                .statusCode(422)
                .body(containsString("#existing_secret\">Existing secret</a>: No secret has this name."))
                .body(containsString("name=\"existing_secret\" value=\"key-101\""));
        Map<String, String> nameless = new HashMap<>(provider("key-100"));
        nameless.put("name", "");
        owner.submit(form, nameless)
                .then()
                .statusCode(422)
                .body(containsString("name=\"existing_secret\" value=\"key-100\""));
        String created = owner.submit(form, provider("key-100"))
                .then()
                .statusCode(303)
                .extract()
                .header("Location");
        Api.get("/organizations/{o}/llm-providers/{p}", organization, created.substring(created.lastIndexOf('/') + 1))
                .body("token_secret_id", equalTo(secrets.getLast()));
    }

    @Test
    void organizationIsPickedBySlugAndTheSwitcherIsTruncated() {
        String slug = Api.freshName("last");
        for (int i = 1; i < MANY; i++) {
            Api.join(Api.organization(), user, "member");
        }
        String last = Api.asAdmin()
                .body(Map.of("name", "Last", "slug", slug))
                .post("/organizations")
                .path("id");
        Api.join(last, user, "member");
        String page = owner.page("/tokens/new");
        assertThat(page)
                .contains("Access, by slug", "placeholder=\"Everything its user can access\"")
                .contains("Showing the first 100.")
                .doesNotContain(slug);

        owner.submit("/tokens/new", token("nowhere"))
                .then()
                .statusCode(422)
                .body(containsString("#organization_id\">Access</a>: No organization has this slug."));
        owner.submit("/tokens/new", token(slug)).then().statusCode(200);
        Api.as(Api.tokenOf(user))
                .queryParam("organization_id", last)
                .get("/api-tokens")
                .then()
                .body("items.description", equalTo(List.of("CI")));
        assertThat(owner.page("/tokens")).contains("<bdi>Last</bdi>");
        assertThat(owner.page(root + "/tokens/new"))
                .contains("<option value=\"" + organization + "\" selected>")
                .doesNotContain("by slug");
    }

    @Test
    void userOfTheAuditLogIsPickedByUsername() {
        for (int i = 1; i < MANY; i++) {
            Api.join(organization, Api.user(), "member");
        }
        String last = Api.user();
        Api.join(organization, last, "owner");
        String username = Api.get("/users/{id}", last).extract().path("username");
        Visitor.signedIn(Api.tokenOf(last))
                .submit(root + "/secrets/new", Map.of("name", "theirs", "description", "", "value", "v"))
                .then()
                .statusCode(303);
        String audit = root + "/audit";

        assertThat(owner.page(audit + "?user_id=" + username).replaceAll("<option.*?</option>", ""))
                .contains("User, by username", "value=\"" + username + "\"", "created secret")
                .doesNotContain("added member");
        assertThat(owner.page(audit + "?user_id=" + last)).contains("created secret", "value=\"" + last + "\"");
        for (String nobody : List.of("nobody@acme.example", "nobody")) {
            owner.get(audit + "?user_id=" + nobody)
                    .then()
                    .statusCode(422)
                    .body(containsString("No member has this username."));
        }
    }

    private List<String> many(String collection, String name, Map<String, ?> fields) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            Map<String, Object> body =
                    fields.isEmpty() ? Api.providerBody("bearer", Map.of("token", "t")) : new HashMap<>(fields);
            body.put("name", name + "-" + i);
            ids.add(Api.asAdmin()
                    .body(body)
                    .post("/organizations/{id}/" + collection, organization)
                    .then()
                    .statusCode(201)
                    .extract()
                    .path("id"));
        }
        return ids;
    }

    private static Map<String, String> model(String name, String provider) {
        return Map.of("name", name, "provider", provider, "remote_model_name", "gpt-4o");
    }

    private static Map<String, String> provider(String secret) {
        return Map.of(
                "name",
                "openai",
                "endpoint",
                "https://api.openai.com/v1",
                "protocol",
                "responses",
                "auth_method",
                "bearer",
                "key",
                "",
                "existing_secret",
                secret);
    }

    private static Map<String, String> token(String slug) {
        return Map.of("description", "CI", "organization_id", slug, "expires_at", "", "scopes", "call_models");
    }
}
