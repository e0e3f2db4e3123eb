package io.agyn.organizations;

import static io.agyn.testing.Api.as;
import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.testing.Kind;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class OrganizationsTest {
    @Test
    void organizationIsCreatedReadUpdatedAndDeleted() {
        String name = Api.freshName("Acme GmbH");
        var created = asAdmin()
                .body(Map.of("name", name))
                .post("/organizations")
                .then()
                .statusCode(201);
        String id = created.extract().path("id");
        created.header("Location", "/api/v1/organizations/" + id)
                .body("id", matchesPattern("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"))
                .body("slug", matchesPattern("acme-gmbh-[a-z0-9-]+"));
        Api.get("/organizations/{id}", id)
                .header("ETag", created.extract().header("ETag"))
                .body("name", equalTo(name));
        String slug = Api.freshName("s");
        asAdmin()
                .body(Map.of("name", "Acme", "slug", slug))
                .put("/organizations/{id}", id)
                .then()
                .statusCode(200)
                .body("slug", equalTo(slug));
        Api.get("/organizations?slug={slug}", slug).body("items.id", equalTo(List.of(id)));
        asAdmin().delete("/organizations/{id}", id).then().statusCode(204);
        asAdmin().get("/organizations/{id}", id).then().statusCode(404);
    }

    @Test
    void creatorOwnsTheOrganization() {
        String user = Api.user();
        String token = Api.tokenOf(user);
        String id = as(token)
                .body(Map.of("name", Api.freshName("Mine")))
                .post("/organizations")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        as(token)
                .get("/organizations/{id}/members", id)
                .then()
                .statusCode(200)
                .body("items.user_id", equalTo(List.of(user)), "items.role", equalTo(List.of("owner")));
        as(token)
                .delete("/organizations/{id}/members/{user}", id, user)
                .then()
                .statusCode(409)
                .body("code", equalTo("last_owner"));
        as(Api.tokenOf(user, id))
                .body(Map.of("name", Api.freshName("Bound")))
                .post("/organizations")
                .then()
                .statusCode(403);
        as(token).delete("/organizations/{id}?force=true", id).then().statusCode(204);
    }

    @Test
    void forcedDeletionDeletesTheContents() {
        String organization = Api.organization();
        String secret = Api.secret(organization, "v");
        Api.model(organization, Api.provider(organization, secret));
        Api.secret(organization, "v2");
        Api.secretProvider(organization);
        String bound = Api.tokenBoundTo(organization);
        Api.get("/organizations/{id}/contents", organization)
                .body("items.kind", equalTo(List.of("api_token", "llm_provider", "model", "secret", "secret_provider")))
                .body("items.count", equalTo(List.of(1, 1, 1, 2, 1)))
                .body("items.summary", hasItems("1 API token bound to it", "2 secrets"));

        asAdmin()
                .delete("/organizations/{id}?force=false", organization)
                .then()
                .statusCode(409)
                .body("detail", containsString("force=true"));
        asAdmin()
                .header("If-Match", "\"0123456789abcdef0123456789abcdef\"")
                .delete("/organizations/{id}?force=true", organization)
                .then()
                .statusCode(412);
        asAdmin().delete("/organizations/{id}?force=true", organization).then().statusCode(204);

        asAdmin().get("/organizations/{id}", organization).then().statusCode(404);
        as(bound).get("/me").then().statusCode(401);
        asAdmin()
                .get("/audit-events?operation=deleteOrganization&page_size=1")
                .then()
                .body("items[0].resource_id", equalTo(organization))
                .body(
                        "items[0].changed_fields",
                        equalTo(List.of(
                                "1 API token bound to it",
                                "1 model",
                                "1 LLM provider",
                                "2 secrets",
                                "1 secret provider")));
    }

    @Test
    void membersCannotForceTheDeletion() {
        String organization = Api.organization();
        Api.secret(organization, "v");
        as(Api.tokenOfNew("member", organization))
                .delete("/organizations/{id}?force=true", organization)
                .then()
                .statusCode(403);
        as(Api.tokenOfNew("owner", organization))
                .delete("/organizations/{id}?force=true", organization)
                .then()
                .statusCode(204);
    }

    @RepeatedTest(5)
    void forcedDeletionWaitsForResourcesBeingCreated() {
        String organization = Api.organization();
        Callable<Integer> forced = () ->
                asAdmin().delete("/organizations/{id}?force=true", organization).statusCode();
        List<Callable<Integer>> calls = new ArrayList<>(List.of(forced));
        for (Kind kind : List.of(Kind.SECRET, Kind.LLM_PROVIDER)) {
            calls.add(() -> asAdmin()
                    .body(kind.body(organization, "a"))
                    .post(kind.collection(organization))
                    .statusCode());
        }
        List<Integer> statuses = Api.inParallel(calls);
        assertThat(statuses.getFirst()).isEqualTo(204);
        assertThat(statuses).allMatch(status -> List.of(201, 204, 404).contains(status));
        asAdmin().get("/organizations/{id}", organization).then().statusCode(404);
    }

    @Test
    void derivedSlugThatIsTakenGetsANumber() {
        String name = Api.freshName("Twice");
        String first =
                asAdmin().body(Map.of("name", name)).post("/organizations").path("slug");
        String second =
                asAdmin().body(Map.of("name", name)).post("/organizations").path("slug");
        assertThat(second).isEqualTo(first + "-2");
    }

    @Test
    void nonEmptyOrganizationIsNotDeletedAndItsContentsAreListed() {
        String organization = Api.organization();
        Api.model(organization, Api.provider(organization, Api.secret(organization, "v")));
        Api.tokenBoundTo(organization);
        asAdmin()
                .delete("/organizations/{id}", organization)
                .then()
                .statusCode(409)
                .body("code", equalTo("organization_not_empty"))
                .body("detail", containsString("1 API token bound to it, 1 LLM provider, 1 model, 1 secret"));
        Api.get("/organizations/{id}", organization);
    }

    @Test
    void listIsReadInPagesWithoutGapOrRepetition() {
        String organization = Api.organization();
        List<String> created = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            created.add(Api.secret(organization, "v" + i));
        }
        List<String> read = new ArrayList<>();
        String query = "?page_size=3";
        String next;
        do {
            var page =
                    Api.get("/organizations/{id}/secrets" + query, organization).extract();
            read.addAll(page.path("items.id"));
            next = page.path("next_page_token");
            query = "?page_size=3&page_token=" + next;
        } while (next != null);
        assertThat(read).isEqualTo(created);
    }

    @Test
    void pageHas100ItemsByDefaultAndUpTo1000() {
        String organization = Api.organization();
        for (int i = 0; i < 101; i++) {
            Api.secret(organization, "v");
        }
        Api.get("/organizations/{id}/secrets", organization)
                .body("items.size()", equalTo(100))
                .body("next_page_token", notNullValue());
        Api.get("/organizations/{id}/secrets?page_size=1000", organization)
                .body("items.size()", equalTo(101))
                .body("next_page_token", nullValue());
    }

    @RepeatedTest(10)
    void organizationWithAResourceBeingCreatedIsNotDeleted() {
        String organization = Api.organization();
        Callable<Integer> delete =
                () -> asAdmin().delete("/organizations/{id}", organization).statusCode();
        List<Callable<Integer>> calls = new ArrayList<>(List.of(delete, delete));
        for (Kind kind : List.of(Kind.SECRET, Kind.LLM_PROVIDER)) {
            calls.add(() -> asAdmin()
                    .body(kind.body(organization, "a"))
                    .post(kind.collection(organization))
                    .statusCode());
        }
        calls.add(() -> asAdmin()
                .body(Map.of("description", "bound", "organization_id", organization))
                .post("/api-tokens")
                .statusCode());

        List<Integer> statuses = Api.inParallel(calls);

        if (asAdmin().get("/organizations/{id}", organization).statusCode() == 200) {
            assertThat(statuses).containsOnly(201, 409);
        } else {
            assertThat(statuses).containsOnly(204, 404).containsOnlyOnce(204);
        }
    }
}
