package io.agyn.console.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.not;

import io.agyn.console.Visitor;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class SecretsPagesTest {
    private String organization;
    private String secrets;

    @BeforeEach
    void createOrganization() {
        organization = Api.organization();
        secrets = "/organizations/" + organization + "/secrets";
    }

    @Test
    void changesAreAuditedLikeRestRequests() {
        String token = Api.tokenOfNew("owner", organization);
        Visitor owner = Visitor.signedIn(token);
        owner.submit(secrets + "/new", Map.of("name", "key", "description", "", "value", "sk-1"))
                .then()
                .statusCode(303);
        String id = idOf("key");
        owner.submit(secrets + "/" + id, Map.of("name", "key-2", "description", "", "value", "sk-2"))
                .then()
                .statusCode(303);
        owner.submit(secrets, secrets + "/" + id + "/reveal", Map.of()).then().statusCode(200);
        owner.submit(secrets + "/" + id + "/delete", Map.of()).then().statusCode(303);
        List<Map<String, Object>> byConsole = events(id);

        String other = Api.as(token)
                .body(Map.of("name", "key", "value", "sk-1"))
                .post("/organizations/{id}/secrets", organization)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        String path = "/organizations/" + organization + "/secrets/" + other;
        Api.as(token)
                .body(Map.of("name", "key-2", "value", "sk-2"))
                .put(path)
                .then()
                .statusCode(200);
        Api.as(token).post(path + "/reveal").then().statusCode(200);
        Api.as(token).delete(path).then().statusCode(204);
        List<Map<String, Object>> byRest = events(other);

        assertThat(byRest).hasSize(4);
        assertThat(byConsole).hasSameSizeAs(byRest);
        for (int i = 0; i < byRest.size(); i++) {
            for (String field : List.of(
                    "operation",
                    "outcome",
                    "changed_fields",
                    "user_id",
                    "user_name",
                    "token_id",
                    "address",
                    "user_agent")) {
                assertThat(byConsole.get(i).get(field))
                        .as(field)
                        .isEqualTo(byRest.get(i).get(field));
            }
        }
    }

    @Test
    void errorsAreBesideTheirFieldsAndInputIsKept() {
        Response rejected = Visitor.signedIn(Api.adminToken())
                .submit(secrets + "/new", Map.of("name", "", "description", "d".repeat(2000), "value", ""));
        rejected.then().statusCode(422);
        assertThat(rejected.asString())
                .contains("<a href=\"#name\">", "<a href=\"#description\">", "<a href=\"#value\">")
                .contains("d".repeat(2000));
    }

    @Test
    void takenNameIsAConflictAndTheValueIsNotSentBack() {
        Visitor admin = Visitor.signedIn(Api.adminToken());
        Map<String, String> fields = Map.of("name", "taken", "description", "", "value", "sk-sent-back");
        admin.submit(secrets + "/new", fields).then().statusCode(303);
        admin.submit(secrets + "/new", fields)
                .then()
                .statusCode(409)
                .body(containsString("another secret has this one"))
                .body(not(containsString("sk-sent-back")));
    }

    @Test
    void editConflictShowsTheOtherUserAndKeepsTheInput() {
        String id = Api.secret(organization, "sk-1");
        Visitor admin = Visitor.signedIn(Api.adminToken());
        String page = admin.page(secrets + "/" + id);
        String etag = between(page, "name=\"etag\" value=\"", "\"").replace("&quot;", "\"");
        String shown = between(page, "name=\"shown\" value=\"", "\"");
        Visitor other = Visitor.signedIn(Api.tokenOfNew("owner", organization));
        other.submit(secrets + "/" + id, Map.of("name", "theirs", "description", "", "value", ""))
                .then()
                .statusCode(303);
        Map<String, String> mine = Map.of("name", "mine", "description", "", "etag", etag, "shown", shown);
        Response conflict = admin.submit(secrets + "/" + id, mine);
        conflict.then().statusCode(412);
        assertThat(conflict.asString())
                .contains("Payments changed name at", "value=\"mine\"", "Stored now: <bdi>theirs</bdi>");
        String newer =
                between(conflict.asString(), "name=\"etag\" value=\"", "\"").replace("&quot;", "\"");
        admin.submit(secrets + "/" + id, Map.of("name", "mine", "description", "", "etag", newer))
                .then()
                .statusCode(303);
        Api.get("/organizations/{o}/secrets/{s}", organization, id).body("name", equalTo("mine"));
    }

    @Test
    void secretInUseIsNotDeletedAndNamesItsUsers() {
        String id = Api.secret(organization, "sk-1");
        String provider = Api.provider(organization, id);
        String name = Api.get("/organizations/{o}/llm-providers/{p}", organization, provider)
                .extract()
                .path("name");
        Visitor admin = Visitor.signedIn(Api.adminToken());
        assertThat(admin.page(secrets)).contains("<bdi>" + name + "</bdi>");
        assertThat(admin.page(secrets + "/" + id + "/delete"))
                .contains("LLM provider " + name)
                .doesNotContain("class=\"danger\"");
        admin.submit(secrets + "/" + id + "/delete", Map.of())
                .then()
                .statusCode(409)
                .body(containsString("in use by LLM provider " + name));
        Api.get("/organizations/{o}/secrets/{s}", organization, id);
    }

    @Test
    void memberSeesNoActionsWithoutPermission() {
        String id = Api.secret(organization, "sk-hidden");
        Visitor member = Visitor.signedIn(Api.tokenOfNew("member", organization));
        assertThat(member.page(secrets)).doesNotContain("New secret", "/reveal", "sk-hidden");
        assertThat(member.page(secrets + "/" + id)).doesNotContain("Delete…", "<form class=\"card\"", "/reveal");
        for (String form : List.of("/new", "/" + id + "/delete")) {
            member.get(secrets + form).then().statusCode(403);
        }
        Map<String, String> fields = Map.of("name", "mine", "description", "", "value", "sk-2");
        member.submit(secrets, secrets + "/new", fields).then().statusCode(403);
        member.submit(secrets, secrets + "/" + id, fields).then().statusCode(403);
        member.submit(secrets, secrets + "/" + id + "/reveal", Map.of()).then().statusCode(403);
        member.submit(secrets, secrets + "/" + id + "/delete", Map.of()).then().statusCode(403);
        Api.asAdmin()
                .get("/organizations/{o}/audit-events?outcome=denied", organization)
                .then()
                .body("items.operation", hasItems("createSecret", "updateSecret", "revealSecret", "deleteSecret"));
    }

    @Test
    void otherTenantsGetNotFound() {
        Visitor other = Visitor.signedIn(Api.tokenOfNew("owner", Api.organization()));
        other.get(secrets).then().statusCode(404).contentType("text/html").body(containsString("Page not found"));
    }

    @Test
    void namesAreEscaped() {
        Visitor admin = Visitor.signedIn(Api.adminToken());
        String name = "\"><script>alert(1)</script>'";
        admin.submit(secrets + "/new", Map.of("name", name, "description", name, "value", "sk"))
                .then()
                .statusCode(303);
        String list = admin.page(secrets);
        assertThat(list).doesNotContain("<script>alert").contains("&lt;script&gt;alert(1)&lt;/script&gt;");
        assertThat(admin.page(secrets + "/" + idOf(name)))
                .contains("value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;\"")
                .doesNotContain("<script>alert");
    }

    @Test
    void listsArePagedAndSearchedByName() {
        for (int i = 0; i < 27; i++) {
            Api.asAdmin()
                    .body(Map.of("name", "key-%02d".formatted(i), "value", "v"))
                    .post("/organizations/{id}/secrets", organization)
                    .then()
                    .statusCode(201);
        }
        Visitor admin = Visitor.signedIn(Api.adminToken());
        String first = admin.page(secrets);
        assertThat(first).contains("key-24").doesNotContain("key-25");
        String next = between(first, "?page=", "\"");
        assertThat(admin.page(secrets + "?page=" + next))
                .contains("key-25", "key-26")
                .doesNotContain("key-24");
        assertThat(admin.page(secrets + "?q=KEY-2"))
                .contains("key-26", "key-20")
                .doesNotContain("key-19");
        String found = admin.page(secrets + "?q=KEY");
        assertThat(found).contains("key-24").doesNotContain("key-25");
        String nextOfFound = between(found, "?q=KEY&amp;page=", "\"");
        assertThat(admin.page(secrets + "?q=KEY&page=" + nextOfFound))
                .contains("key-25", "key-26", "value=\"KEY\"")
                .doesNotContain("key-24");
        assertThat(admin.page(secrets + "?q=%25")).contains("No match for “<bdi>%</bdi>” in name.");
        admin.get(secrets + "?q=a%00b").then().statusCode(400).body(containsString("without control characters"));
    }

    @Test
    void manyUsersOfASecretAreTruncated() {
        String id = Api.secret(organization, "v");
        for (int i = 0; i < 4; i++) {
            Api.asAdmin()
                    .body(Api.providerBody("bearer", Map.of("token_secret_id", id, "name", "user-" + i)))
                    .post("/organizations/{id}/llm-providers", organization)
                    .then()
                    .statusCode(201);
        }
        Visitor admin = Visitor.signedIn(Api.adminToken());
        assertThat(admin.page(secrets)).contains("user-2", ">and more</a>").doesNotContain("user-3");
        assertThat(admin.page(secrets + "/" + id)).contains("user-3").doesNotContain("and more");
        assertThat(admin.page(secrets + "/" + id + "/delete")).contains("LLM provider user-3");
    }

    private String idOf(String name) {
        return Api.asAdmin()
                .queryParam("name", name)
                .get("/organizations/{id}/secrets", organization)
                .then()
                .extract()
                .path("items[0].id");
    }

    private List<Map<String, Object>> events(String id) {
        return Api.asAdmin()
                .get("/organizations/{o}/audit-events?resource_id={id}", organization, id)
                .then()
                .statusCode(200)
                .extract()
                .path("items");
    }

    private static String between(String text, String before, String after) {
        int start = text.indexOf(before) + before.length();
        assertThat(start).as("%s in the page", before).isGreaterThanOrEqualTo(before.length());
        return text.substring(start, text.indexOf(after, start));
    }
}
