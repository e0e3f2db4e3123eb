package io.agyn.console.users;

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
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class UsersPagesTest {
    private Visitor admin;
    private String user;

    @BeforeEach
    void signIn() {
        admin = Visitor.signedIn(Api.adminToken());
        user = Api.user();
    }

    @Test
    void userIsCreatedEditedSuspendedReactivatedAndDeleted() {
        String email = Api.freshName("agents") + "@acme.example";
        Response created = admin.submit("/users/new", Map.of("name", "Agents", "email", email, "role", "user"));
        created.then().statusCode(303);
        String path = created.getHeader("Location");
        assertThat(admin.page(path)).contains("User Agents was created.", email);
        admin.submit(path, Map.of("name", "Agents II", "email", email, "role", "cluster_admin"))
                .then()
                .statusCode(303);
        Api.get(path).body("name", equalTo("Agents II"), "role", equalTo("cluster_admin"), "state", equalTo("active"));
        admin.submit(path, path + "/state", Map.of("state", "suspended")).then().statusCode(303);
        Api.get(path).body("name", equalTo("Agents II"), "state", equalTo("suspended"));
        assertThat(admin.page(path)).contains(">Activate</button>", "All their tokens are rejected");
        admin.submit(path, Map.of("name", "Agents III", "email", email, "role", "user"))
                .then()
                .statusCode(303);
        Api.get(path).body("state", equalTo("suspended"));
        admin.submit(path, path + "/state", Map.of("state", "active")).then().statusCode(303);
        Api.get(path).body("state", equalTo("active"));
        assertThat(admin.page(path + "/delete")).contains("suspend them instead");
        admin.submit(path + "/delete", Map.of()).then().statusCode(303);
        Api.asAdmin().get(path).then().statusCode(404);
    }

    @Test
    void userWithoutEmailIsEditedAndSuspended() {
        String name = Api.freshName("bare").substring(0, 20);
        Response created =
                admin.submit("/users/new", Map.of("name", name, "username", "", "email", "", "role", "user"));
        created.then().statusCode(303);
        String path = created.getHeader("Location");
        assertThat(admin.page(path)).contains("name=\"username\" type=\"text\" value=\"" + name + "\"");
        admin.submit(path, Map.of("name", "Bare", "username", name + "-2", "email", "", "role", "user"))
                .then()
                .statusCode(303);
        admin.submit(path, path + "/state", Map.of("state", "suspended")).then().statusCode(303);
        Api.get(path).body("name", equalTo("Bare"), "username", equalTo(name + "-2"), "state", equalTo("suspended"));
        assertThat(admin.page("/users?q=" + name + "-2")).contains("<code>" + name + "-2</code>");
    }

    @Test
    void suspendedUserIsSignedOutImmediately() {
        Visitor suspended = Visitor.signedIn(Api.tokenOf(user));
        suspended.get("/account").then().statusCode(200);
        admin.submit("/users/" + user, "/users/" + user + "/state", Map.of("state", "suspended"))
                .then()
                .statusCode(303);
        assertThat(suspended.get("/organizations").getHeader("Location")).startsWith("/sign-in");
    }

    @Test
    void errorsAreBesideTheirFieldsAndInputIsKept() {
        Response rejected =
                admin.submit("/users/new", Map.of("name", "", "email", "no address", "role", "cluster_admin"));
        rejected.then().statusCode(422);
        assertThat(rejected.asString())
                .contains("<a href=\"#name\">", "<a href=\"#email\">", "value=\"no address\"")
                .contains("<option value=\"cluster_admin\" selected>");
    }

    @Test
    void takenEmailIsAConflict() {
        String email = Api.get("/users/{id}", user).extract().path("email");
        admin.submit("/users/new", Map.of("name", "Other", "email", email, "role", "user"))
                .then()
                .statusCode(409)
                .body(containsString("another user has this one"));
    }

    @Test
    void editConflictShowsTheOtherUser() {
        String path = "/users/" + user;
        String page = admin.page(path);
        String email = Api.get(path).extract().path("email");
        Map<String, String> theirs = Map.of("name", "Theirs", "email", email, "role", "user");
        Visitor.signedIn(Api.tokenOf(Api.user("cluster_admin")))
                .submit(path, theirs)
                .then()
                .statusCode(303);
        Response conflict = admin.submit(
                path,
                Map.of(
                        "name",
                        "Mine",
                        "email",
                        email,
                        "role",
                        "user",
                        "etag",
                        Visitor.hidden("etag", page),
                        "shown",
                        Visitor.hidden("shown", page)));
        conflict.then().statusCode(412);
        assertThat(conflict.asString())
                .contains("Payments changed name at", "value=\"Mine\"", "Stored now: <bdi>Theirs</bdi>");
    }

    @Test
    void lastOwnerOfAnOrganizationCannotBeSuspended() {
        String organization = Api.organizationWithoutMembers();
        Api.join(organization, user, "owner");
        admin.submit("/users/" + user, "/users/" + user + "/state", Map.of("state", "suspended"))
                .then()
                .statusCode(409)
                .body(containsString("role=\"alert\""));
        admin.submit("/users/" + user + "/delete", Map.of())
                .then()
                .statusCode(409)
                .body(containsString("role=\"alert\""));
    }

    @Test
    void listFiltersByRoleStateAndName() {
        String name = Api.freshName("narrow");
        String email = name + "@acme.example";
        admin.submit("/users/new", Map.of("name", name, "email", email, "role", "cluster_admin"))
                .then()
                .statusCode(303);
        assertThat(admin.page("/users?q=" + name + "&role=cluster_admin&state=active"))
                .contains(email, "<option value=\"cluster_admin\" selected>", "<option value=\"active\" selected>");
        assertThat(admin.page("/users?q=" + email + "&role=&state=")).contains(email);
        assertThat(admin.page("/users?q=" + name + "&role=user&state=")).doesNotContain(email);
        assertThat(admin.page("/users?q=" + name + "&role=&state=suspended")).doesNotContain(email);
        admin.get("/users?role=%22%3E%3Cscript%3E")
                .then()
                .statusCode(422)
                .body(containsString("#role\">Role</a>: Choose one of cluster_admin and user."))
                .body(not(containsString("\"><script>")));
    }

    @Test
    void nextPageKeepsTheFilters() {
        for (int i = 0; i < 26; i++) {
            Api.user();
        }
        String filters = "/users?q=payments&amp;role=user&amp;state=active";
        String first = admin.page(filters.replace("&amp;", "&"));
        Matcher next = Pattern.compile("href=\"([^\"]+)\">Next page").matcher(first);
        assertThat(next.find()).isTrue();
        assertThat(next.group(1)).startsWith(filters + "&amp;page=");
        assertThat(admin.page(next.group(1).replace("&amp;", "&")))
                .contains("href=\"" + filters + "\">First page", "value=\"payments\"");
    }

    @Test
    void onlyClusterAdminsSeeUsers() {
        Visitor owner = Visitor.signedIn(Api.tokenOfNew("owner", Api.organization()));
        assertThat(owner.page("/organizations")).doesNotContain("href=\"/users\"");
        assertThat(admin.page("/organizations")).contains("href=\"/users\"");
        owner.get("/users").then().statusCode(403);
        owner.get("/users/new").then().statusCode(403);
        owner.get("/users/" + user).then().statusCode(403);
        Map<String, String> fields = Map.of("name", "Mine", "email", "mine@acme.example", "role", "cluster_admin");
        owner.submit("/organizations", "/users/new", fields).then().statusCode(403);
        owner.submit("/organizations", "/users/" + user, fields).then().statusCode(403);
        owner.submit("/organizations", "/users/" + user + "/state", Map.of("state", "suspended"))
                .then()
                .statusCode(403);
        owner.submit("/organizations", "/users/" + user + "/delete", Map.of())
                .then()
                .statusCode(403);
        Api.asAdmin()
                .get("/audit-events?outcome=denied&page_size=100")
                .then()
                .body("items.operation", hasItems("createUser"));
    }
}
