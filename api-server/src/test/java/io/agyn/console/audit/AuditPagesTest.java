package io.agyn.console.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.agyn.audit.Strangers;
import io.agyn.console.Visitor;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class AuditPagesTest {
    @Inject
    Strangers strangers;

    private String organization;
    private String audit;

    @BeforeEach
    void createOrganization() {
        organization = Api.organization();
        audit = "/organizations/" + organization + "/audit";
    }

    @Test
    void eventsHaveWordsAndLinkToExistingResources() {
        String kept = Api.secret(organization, "v1");
        String name = Api.asAdmin()
                .get("/organizations/{o}/secrets/{s}", organization, kept)
                .then()
                .extract()
                .path("name");
        Api.asAdmin()
                .body(Map.of("name", name, "value", "v2"))
                .put("/organizations/{o}/secrets/{s}", organization, kept)
                .then()
                .statusCode(200);
        Api.asAdmin()
                .post("/organizations/{o}/secrets/{s}/reveal", organization, kept)
                .then()
                .statusCode(200);
        String deleted = Api.secret(organization, "v");
        Api.asAdmin()
                .delete("/organizations/{o}/secrets/{s}", organization, deleted)
                .then()
                .statusCode(204);
        String model = Api.model(organization, Api.provider(organization, kept));
        String member = Api.user();
        Api.join(organization, member, "member");

        String page = admin().page(audit);
        assertThat(text(page))
                .contains("replaced secret " + name + " updateSecret")
                .contains("revealed secret " + name + " revealSecret")
                .contains("deleted secret deleteSecret " + deleted)
                .contains("created LLM provider", "created model", "added member Payments");
        assertThat(page)
                .contains("/secrets/" + kept + "\">", "/models/" + model + "\">", "/members\">")
                .contains("<code>value</code>", "127.0.0.1")
                .doesNotContain("/secrets/" + deleted + "\">");
    }

    @Test
    void eventsAreFilteredByUserOperationOutcomeAndTime() {
        String member = Api.user();
        Api.join(organization, member, "member");
        String secret = Api.secret(organization, "v");
        Api.as(Api.tokenOf(member))
                .post("/organizations/{o}/secrets/{s}/reveal", organization, secret)
                .then()
                .statusCode(403);

        Visitor admin = admin();
        assertThat(text(admin.page(audit + "?outcome=denied")))
                .contains("tried to reveal secret", "forbidden")
                .doesNotContain("created secret");
        assertThat(text(admin.page(audit + "?user_id=" + member)))
                .contains("tried to reveal secret")
                .doesNotContain("created secret", "added member");
        assertThat(text(admin.page(audit + "?operation=createSecret")))
                .contains("created secret")
                .doesNotContain("tried to reveal");
        assertThat(text(admin.page(audit + "?resource_id=" + member)))
                .contains("added member")
                .doesNotContain("created secret");
        assertThat(text(admin.page(audit + "?to=2020-01-01T00:00"))).contains("No matching events");
        assertThat(admin.page(audit + "?outcome=denied&operation=revealSecret"))
                .contains(
                        "<option value=\"denied\" selected>",
                        "<option value=\"revealSecret\" selected>",
                        "?operation=revealSecret&amp;outcome=denied&amp;resource_id=" + secret,
                        "/export?operation=revealSecret&amp;outcome=denied\"");
    }

    @Test
    void pagesKeepTheFilters() {
        for (int i = 0; i < 26; i++) {
            Api.secret(organization, "v");
        }
        Visitor admin = admin();
        String first = admin.page(audit + "?operation=createSecret");
        Matcher next = Pattern.compile("<a href=\"([^\"]+)\">Next page</a>").matcher(first);
        assertThat(next.find()).isTrue();
        String second = admin.page(next.group(1).replace("&amp;", "&"));
        assertThat(second.split("created secret", -1)).hasSize(2);
        assertThat(second)
                .contains("<a href=\"/organizations/")
                .contains("/audit?operation=createSecret\">First page</a>");
    }

    @Test
    void exportHasAllMatchingEvents() {
        Api.secret(organization, "v");
        Api.secret(organization, "v");
        var export = admin().get(audit + "/export?operation=createSecret");
        export.then()
                .statusCode(200)
                .contentType("application/x-ndjson")
                .header("Content-Disposition", containsString("-audit-"));
        assertThat(export.asString().lines())
                .hasSize(2)
                .allMatch(line -> line.contains("\"operation\":\"createSecret\""));
    }

    @Test
    void memberHasNoAccess() {
        Visitor member = Visitor.signedIn(Api.tokenOfNew("member", organization));
        member.get(audit).then().statusCode(403);
        member.get(audit + "?user_id=nobody").then().statusCode(403);
        member.get(audit + "/export").then().statusCode(403);
        assertThat(member.page("/organizations/" + organization)).doesNotContain("/audit\"");
        Visitor owner = Visitor.signedIn(Api.tokenOfNew("owner", organization));
        assertThat(owner.page("/organizations/" + organization))
                .contains("/audit\"")
                .doesNotContain("href=\"/audit\"");
        owner.get(audit).then().statusCode(200);
        owner.get("/audit").then().statusCode(403);
    }

    @Test
    void denialDoesNotMentionInvalidFilters() {
        String user = Api.user();
        Api.join(organization, user, "member");
        Visitor member = Visitor.signedIn(Api.tokenOf(user));
        for (String path : List.of(audit, audit + "/export", "/audit")) {
            member.get(path + "?from=yesterday").then().statusCode(403);
        }
        Api.asAdmin()
                .get("/organizations/{o}/audit-events?outcome=denied&user_id={u}", organization, user)
                .then()
                .body("items.operation", containsInAnyOrder("listAuditEvents", "exportAuditEvents"));
        Api.asAdmin()
                .get("/audit-events?outcome=denied&user_id={u}", user)
                .then()
                .body("items.operation", equalTo(List.of("listClusterAuditEvents")));
        Visitor.signedIn(Api.tokenOf(Api.user()))
                .get("/organizations/" + organization + "/usage?from=yesterday")
                .then()
                .statusCode(404);
    }

    @Test
    void otherTenantsGetNotFound() {
        Visitor other = Visitor.signedIn(Api.tokenOfNew("owner", Api.organization()));
        other.get(audit).then().statusCode(404);
        other.get(audit + "/export").then().statusCode(404);
    }

    @Test
    void clusterAdminsSeeEventsOutsideOrganizations() {
        String user = Api.user();
        Visitor admin = admin();
        assertThat(admin.page("/organizations")).contains("href=\"/audit\"");
        String page = admin.page("/audit");
        assertThat(text(page)).contains("created user Payments", "signed in");
        assertThat(page).doesNotContain("/export");
        assertThat(text(admin.page("/audit?resource_id=" + user)))
                .contains("created user")
                .doesNotContain("signed in");
        Api.secret(organization, "v");
        assertThat(text(admin.page("/audit?organization_id=" + organization))).contains("created secret");
    }

    @Test
    void deletedResourcesAreNotLoggedAsDenied() {
        String secret = Api.secret(organization, "v");
        Api.asAdmin()
                .delete("/organizations/{o}/secrets/{s}", organization, secret)
                .then()
                .statusCode(204);
        Api.asAdmin().delete("/organizations/{o}", organization).then().statusCode(204);
        Visitor admin = admin();
        assertThat(text(admin.page("/audit?resource_id=" + organization)))
                .contains("created organization createOrganization", "deleted organization deleteOrganization");
        assertThat(text(admin.page("/audit?organization_id=" + organization))).contains("created secret createSecret");
        List<String> denied = Api.asAdmin()
                .get("/audit-events?outcome=denied&resource_id={o}", organization)
                .then()
                .statusCode(200)
                .extract()
                .path("items.operation");
        assertThat(denied).isEmpty();
    }

    @Test
    void requestsWithoutATokenHaveNoUser() {
        strangers.denied("getMe", "192.0.2.7");
        assertThat(text(admin().page("/audit?outcome=denied&operation=getMe")))
                .contains("unknown tried to read their own user", "192.0.2.7");
    }

    @ParameterizedTest
    @CsvSource({
        "from, from=yesterday",
        "from, from=2026-03-02T00:00&to=2026-03-01T00:00",
        "to, to=2026-02-30T00:00",
        "user_id, user_id=payments",
        "resource_id, resource_id=1",
        "operation, operation=%3Cscript%3E",
        "outcome, outcome=maybe",
        "page_token, page=nonsense",
    })
    void invalidFiltersAreErrorsAtTheirFields(String field, String query) {
        for (String path : List.of(audit, "/audit")) {
            admin().get(path + "?" + query)
                    .then()
                    .statusCode(422)
                    .body(containsString("<a href=\"#" + field + "\">"))
                    .body(not(containsString("<script>")));
        }
    }

    private static Visitor admin() {
        return Visitor.signedIn(Api.adminToken());
    }

    /** The text of a page, with normalized white space. */
    private static String text(String page) {
        return page.replaceAll("<option.*?</option>", "")
                .replaceAll("<[^>]+>", " ")
                .replaceAll("\\s+", " ");
    }
}
