package io.agyn.console.organizations;

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
import io.restassured.response.Response;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class OrganizationsPagesTest {
    private String id;
    private String path;
    private String name;
    private Visitor owner;

    @BeforeEach
    void createOrganization() {
        id = Api.organization();
        path = "/organizations/" + id;
        name = Api.get(path).extract().path("name");
        owner = Visitor.signedIn(Api.tokenOfNew("owner", id));
    }

    @Test
    void firstStepsLeadFromProviderToToken() {
        String root = "/organizations/" + Api.get(path).extract().path("slug");
        assertThat(steps(owner.page(path)))
                .containsSubsequence("Register an LLM provider", "to do", root + "/llm-providers/new")
                .containsSubsequence("Create a model", "to do", "Needs a provider")
                .containsSubsequence("Test it", "to do", "Needs a model")
                .containsSubsequence("Create an API token", "to do", root + "/tokens/new");
        String provider = Api.provider(id, Api.secret(id, "sk"));
        assertThat(steps(owner.page(path)))
                .containsSubsequence("Register an LLM provider", "done", "Create a model", root + "/models/new");
        String model = Api.model(id, provider);
        assertThat(steps(owner.page(path)))
                .containsSubsequence("Create a model", "done", "Test it", root + "/models/" + model);
    }

    @Test
    void memberIsAdvisedToAskAnOwner() {
        assertThat(steps(Visitor.signedIn(Api.tokenOfNew("member", id)).page(path)))
                .contains("Ask an owner of the organization")
                .doesNotContain("/llm-providers/new", "/models/new");
    }

    @Test
    void newSlugRedirectsToTheNewPath() {
        String slug = Api.freshName("slug");
        owner.submit(path, Map.of("name", "Renamed", "slug", slug))
                .then()
                .statusCode(303)
                .header("Location", "/organizations/" + slug);
        Api.get(path).body("name", equalTo("Renamed"), "slug", equalTo(slug));
    }

    @Test
    void defaultModelIsChosenAndRemoved() {
        String model = Api.model(id, Api.provider(id, Api.secret(id, "sk")));
        String slug = Visitor.hidden("slug", owner.page(path));
        owner.submit(path, Map.of("name", name, "slug", slug, "default_model_id", model))
                .then()
                .statusCode(303);
        Api.get(path).body("default_model_id", equalTo(model));
        assertThat(owner.page(path)).contains("value=\"" + model + "\" selected", "agyn_default_model");
        owner.submit(path, Map.of("name", name, "slug", slug, "default_model_id", ""))
                .then()
                .statusCode(303);
        Api.get(path).body("default_model_id", nullValue());
        owner.submit(path, Map.of("name", name, "slug", slug, "default_model_id", "nobody"))
                .then()
                .statusCode(422)
                .body(containsString("#default_model_id\">Default model</a>: No model has this name."));
    }

    @Test
    void errorsAreBesideTheirFieldsAndInputIsKept() {
        Response rejected = owner.submit(path, Map.of("name", "", "slug", "No Slug"));
        rejected.then().statusCode(422);
        assertThat(rejected.asString()).contains("<a href=\"#name\">", "<a href=\"#slug\">", "value=\"No Slug\"");
        String taken =
                Api.get("/organizations/{id}", Api.organization()).extract().path("slug");
        owner.submit(path, Map.of("name", "Mine", "slug", taken))
                .then()
                .statusCode(409)
                .body(containsString("#slug\">Slug</a>: Choose another slug"));
    }

    @Test
    void editConflictShowsTheOtherUser() {
        String page = owner.page(path);
        String slug = Visitor.hidden("slug", page);
        Visitor.signedIn(Api.adminToken()).submit(path, Map.of("name", "Theirs", "slug", slug));
        Response conflict = owner.submit(
                path,
                Map.of(
                        "name",
                        "Mine",
                        "slug",
                        slug,
                        "etag",
                        Visitor.hidden("etag", page),
                        "shown",
                        Visitor.hidden("shown", page)));
        conflict.then().statusCode(412);
        assertThat(conflict.asString()).contains("changed name at", "value=\"Mine\"", "Stored now: <bdi>Theirs</bdi>");
    }

    @Test
    void organizationWithTheSlugNewIsOpenedById() {
        Visitor admin = Visitor.signedIn(Api.adminToken());
        String location = admin.submit("/organizations/new", Map.of("name", "New", "slug", "new"))
                .getHeader("Location");
        assertThat(location).matches("/organizations/[0-9a-f-]{36}");
        assertThat(admin.page(location)).contains("href=\"" + location + "/members\"");
        assertThat(admin.page("/organizations?q=New")).contains("href=\"" + location + "\"");
    }

    @Test
    void deletionRequiresTheName() {
        assertThat(owner.page(path + "/delete")).contains("Type " + name + " to confirm");
        owner.submit(path + "/delete", Map.of("typed", name.toUpperCase()))
                .then()
                .statusCode(422)
                .body(containsString("#typed\">Type " + name + " to confirm</a>: Type exactly " + name + "."));
        Api.get(path);
        owner.submit(path + "/delete", Map.of("typed", name)).then().statusCode(303);
        Api.asAdmin().get(path).then().statusCode(404);
    }

    @Test
    void contentsAreListedAndDeletedWithTheOrganization() {
        Api.provider(id, Api.secret(id, "sk"));
        String page = owner.page(path + "/delete");
        assertThat(page)
                .contains(
                        "<bdi>1 LLM provider</bdi>",
                        "<bdi>1 secret</bdi>",
                        ">Delete organization and contents</button>");
        Map<String, String> confirmed = Map.of("typed", name, "shown", Visitor.hidden("shown", page));
        Api.secret(id, "sk-2");
        Response changed = owner.submit(path + "/delete", confirmed);
        changed.then().statusCode(409);
        assertThat(changed.asString()).contains("This list has changed meanwhile", "<bdi>2 secrets</bdi>");
        Api.get(path);

        String shown = Visitor.hidden("shown", changed.asString());
        owner.submit(path + "/delete", Map.of("typed", "Other", "shown", shown))
                .then()
                .statusCode(422);
        owner.submit(path + "/delete", Map.of("typed", name, "shown", shown))
                .then()
                .statusCode(303);
        Api.asAdmin().get(path).then().statusCode(404);
    }

    @Test
    void contentsThatWereNotShownAreNotDeleted() {
        owner.page(path + "/delete");
        Api.secret(id, "sk");
        owner.submit(path + "/delete", Map.of("typed", name))
                .then()
                .statusCode(409)
                .body(containsString("still has 1 secret; delete them first"));
        Api.get(path);
    }

    @Test
    void userWithoutOrganizationCreatesTheFirst() {
        String user = Api.user();
        String username = Api.get("/users/{id}", user).extract().path("username");
        Visitor visitor = Visitor.signedIn(Api.tokenOf(user));
        visitor.get("/organizations").then().statusCode(303).header("Location", "/organizations/new");
        assertThat(visitor.page("/organizations/new"))
                .contains("create your first organization", "your username is <code>" + username + "</code>");
        String created = visitor.submit("/organizations/new", Map.of("name", Api.freshName("First")))
                .then()
                .statusCode(303)
                .extract()
                .header("Location");
        assertThat(visitor.page(created + "/members")).contains(username, "owner");
    }

    @Test
    void memberSeesNoActionsWithoutPermission() {
        Visitor member = Visitor.signedIn(Api.tokenOfNew("member", id));
        assertThat(member.page(path)).doesNotContain("Delete…", "Settings", "<form class=\"card\"");
        member.get(path + "/delete").then().statusCode(403);
        member.submit(path, path + "/delete", Map.of("typed", name)).then().statusCode(403);
        member.submit(path, path, Map.of("name", "Mine", "slug", "mine")).then().statusCode(403);
        Api.asAdmin()
                .get("/organizations/{o}/audit-events?outcome=denied", id)
                .then()
                .body("items.operation", hasItems("updateOrganization", "deleteOrganization"));
    }

    @Test
    void otherTenantsGetNotFound() {
        Visitor other = Visitor.signedIn(Api.tokenOfNew("owner", Api.organization()));
        other.get(path).then().statusCode(404);
        other.get(path + "/delete").then().statusCode(404);
        other.submit("/organizations", path, Map.of("name", "Mine", "slug", "mine"))
                .then()
                .statusCode(404);
    }

    @Test
    void organizationIsShownAsTerraformAndCurl() {
        assertThat(owner.page(path))
                .contains("Show as Terraform", "import {", "resource &quot;agyn_organization&quot;")
                .contains("Show as curl", "$AGYN_GATEWAY/api/v1/organizations/" + id);
    }

    private static String steps(String page) {
        return page.substring(page.indexOf("<ol class=\"steps\">"), page.indexOf("</ol>"));
    }
}
