package io.agyn.users;

import static io.agyn.testing.Api.as;
import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.testing.Database;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class UsersTest {
    @Inject
    Database database;

    @AfterEach
    void theAdministratorIsOneAgain() throws SQLException {
        database.execute("""
            update app_user set role = 'cluster_admin', state = 'active', email = null
            where id = (select user_id from api_token where description = 'First token of the administrator')\
            """);
    }

    @Test
    void newUserIsActiveAndNoClusterAdminByDefault() {
        String email = Api.freshName("Payments") + "@Acme.example";
        asAdmin()
                .body(Map.of("name", "Payments", "email", email))
                .post("/users")
                .then()
                .statusCode(201)
                .body("name", equalTo("Payments"))
                .body("email", equalTo(email))
                .body("role", equalTo("user"))
                .body("state", equalTo("active"));
    }

    @Test
    void emailAddressIsUniqueInAnyCase() {
        String email = Api.freshName("payments") + "@acme.example";
        String id = asAdmin().body(body(email, "user", "active")).post("/users").path("id");
        String shouted = email.toUpperCase(Locale.ROOT);
        asAdmin()
                .body(body(shouted, "user", "active"))
                .post("/users")
                .then()
                .statusCode(409)
                .body("code", equalTo("email_taken"))
                .body("errors.pointer", equalTo(List.of("/email")));
        asAdmin()
                .queryParam("email", shouted)
                .get("/users")
                .then()
                .statusCode(200)
                .body("items.id", equalTo(List.of(id)));
        // A user may change the case of their address.
        asAdmin()
                .body(body(shouted, "user", "active"))
                .put("/users/{id}", id)
                .then()
                .statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "payments",
                "@acme.example",
                "payments@",
                "payments@acme..example",
                "payments@-acme.example",
                "pay ments@acme.example",
                "payments@acme.example\n",
                "päy@acme.example",
                "Payments <payments@acme.example>"
            })
    void invalidEmailAddressIsRejected(String email) {
        asAdmin()
                .body(body(email, "user", "active"))
                .post("/users")
                .then()
                .statusCode(400)
                .body("errors.pointer", equalTo(List.of("/email")));
    }

    @ParameterizedTest
    @CsvSource({
        "Payments.Agent@acme.example, Ignored, payments-agent",
        ", José Åström (Team), jose-astrom-team",
        "+++@acme.example, Ops, ops",
        ", 山田, user",
        "abcdefghijklmnopqrstuvwxyz0123456789@acme.example, Long, abcdefghijklmnopqrstuvwxyz012345"
    })
    void usernameIsDerivedAndNumberedIfTaken(String email, String name, String expected) throws SQLException {
        database.execute("delete from app_user where username like '" + expected.substring(0, 3) + "%'");
        Map<String, Object> body = new HashMap<>(Map.of("name", name));
        body.put("email", email);
        String first = asAdmin()
                .body(body)
                .post("/users")
                .then()
                .statusCode(201)
                .extract()
                .path("username");
        assertThat(first).isEqualTo(expected);
        body.remove("email");
        body.put("name", expected);
        for (int number = 2; number <= 11; number++) {
            String suffix = "-" + number;
            String base = expected.substring(0, Math.min(expected.length(), 32 - suffix.length()));
            asAdmin().body(body).post("/users").then().statusCode(201).body("username", equalTo(base + suffix));
        }
    }

    @Test
    void usernameIsUniqueAndCanBeChanged() {
        String taken = Api.get("/users/{id}", Api.user()).extract().path("username");
        asAdmin()
                .body(Map.of("name", "Other", "username", taken))
                .post("/users")
                .then()
                .statusCode(409)
                .body("code", equalTo("username_taken"), "errors.pointer", equalTo(List.of("/username")));
        String user = Api.user();
        Map<String, String> body = new HashMap<>(body(Api.freshName("a") + "@acme.example", "user", "active"));
        body.put("username", taken);
        asAdmin().body(body).put("/users/{id}", user).then().statusCode(409).body("code", equalTo("username_taken"));
        String renamed = Api.freshName("u").substring(0, 20);
        body.put("username", renamed);
        asAdmin().body(body).put("/users/{id}", user).then().statusCode(200).body("username", equalTo(renamed));
        body.remove("username");
        asAdmin().body(body).put("/users/{id}", user).then().statusCode(200).body("username", equalTo(renamed));
        as(Api.tokenOf(user)).get("/me").then().body("username", equalTo(renamed));
        asAdmin().queryParam("username", renamed).get("/users").then().body("items.id", equalTo(List.of(user)));
        asAdmin()
                .queryParam("search", renamed.substring(2, 18).toUpperCase(Locale.ROOT))
                .get("/users")
                .then()
                .body("items.id", equalTo(List.of(user)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Payments", "pay ments", "päy", "payments@acme", "abcdefghijklmnopqrstuvwxyz0123456"})
    void invalidUsernameIsRejected(String username) {
        asAdmin()
                .body(Map.of("name", "Payments", "username", username))
                .post("/users")
                .then()
                .statusCode(400)
                .body("errors.pointer", hasItem("/username"));
    }

    @Test
    void concurrentUsersOfOneNameGetDifferentUsernames() {
        String name = Api.freshName("twin").substring(0, 20);
        Callable<String> created =
                () -> asAdmin().body(Map.of("name", name)).post("/users").path("username");
        assertThat(Api.inParallel(Collections.nCopies(8, created)))
                .hasSize(8)
                .doesNotHaveDuplicates()
                .allMatch(username -> username.startsWith(name));
    }

    @Test
    void userWithoutEmailIsEditedAndSuspended() {
        String user = asAdmin()
                .body(Map.of("name", "No email"))
                .post("/users")
                .then()
                .statusCode(201)
                .body("email", nullValue())
                .extract()
                .path("id");
        asAdmin()
                .body(Map.of("name", "Still none", "role", "user", "state", "suspended"))
                .put("/users/{id}", user)
                .then()
                .statusCode(200)
                .body("email", nullValue(), "state", equalTo("suspended"));
        asAdmin()
                .body(body(Api.freshName("a") + "@acme.example", "user", "active"))
                .put("/users/{id}", user)
                .then()
                .statusCode(200);
        // An omitted address is removed.
        asAdmin()
                .body(Map.of("name", "None again", "role", "user", "state", "active"))
                .put("/users/{id}", user)
                .then()
                .statusCode(200)
                .body("email", nullValue());
    }

    @Test
    void firstAdministratorIsEditedAndSuspendedLikeAnyUser() throws SQLException {
        String admin = asAdmin().get("/me").then().extract().path("id");
        // Of other tests' organizations, the administrator is the last owner.
        database.execute("delete from membership where user_id = ?::uuid", admin);
        String other = Api.tokenOf(Api.user("cluster_admin"));
        as(other)
                .body(Map.of("name", "Administrator", "role", "user", "state", "suspended"))
                .put("/users/{id}", admin)
                .then()
                .statusCode(200)
                .body("email", nullValue(), "username", equalTo("administrator"));
        asAdmin().get("/me").then().statusCode(401);
    }

    @Test
    void roleAndStateAreRequiredInAnUpdate() {
        asAdmin()
                .body(Map.of("name", "Payments"))
                .put("/users/{id}", Api.user())
                .then()
                .statusCode(400)
                .body("errors.pointer", equalTo(List.of("/role", "/state")));
    }

    @Test
    void userReadsThemselvesAndTheirMemberships() {
        String first = Api.organization();
        String second = Api.organization();
        String user = Api.user();
        Api.join(second, user, "member");
        Api.join(first, user, "owner");
        String email = Api.get("/users/{id}", user).extract().path("email");

        as(Api.tokenOf(user))
                .get("/me")
                .then()
                .statusCode(200)
                .body("id", equalTo(user))
                .body("email", equalTo(email))
                .body("username", equalTo(Api.get("/users/{id}", user).extract().<String>path("username")))
                .body("role", equalTo("user"))
                .body("organization_id", nullValue())
                .body("memberships.organization_id", equalTo(List.of(first, second)))
                .body("memberships.role", equalTo(List.of("owner", "member")));
        as(Api.tokenOf(user, second))
                .get("/me")
                .then()
                .body("organization_id", equalTo(second))
                .body("memberships.organization_id", equalTo(List.of(second)));
        as(Api.tokenOf(user)).get("/users/{id}", user).then().statusCode(403);
    }

    @Test
    void homeOrganizationIsTheOldestUntilTheUserChoosesOne() {
        String first = Api.organization();
        String second = Api.organization();
        String user = Api.user();
        String token = Api.tokenOf(user);
        as(token).get("/me").then().body("home_organization_id", nullValue());
        Api.join(second, user, "member");
        Api.join(first, user, "member");
        String tag = as(token)
                .get("/me")
                .then()
                .body("home_organization_id", equalTo(second))
                .extract()
                .header("ETag");
        as(token)
                .header("If-Match", tag)
                .body(Map.of("home_organization_id", first))
                .put("/me")
                .then()
                .statusCode(200)
                .body("home_organization_id", equalTo(first));
        as(token).get("/me").then().body("home_organization_id", equalTo(first));
        as(token)
                .header("If-Match", tag)
                .body(Map.of("home_organization_id", second))
                .put("/me")
                .then()
                .statusCode(412);
        as(Api.tokenOf(user, second)).get("/me").then().body("home_organization_id", equalTo(second));
        as(token).body("{}").put("/me").then().statusCode(200).body("home_organization_id", equalTo(second));
        asAdmin()
                .get("/audit-events?operation=updateMe&page_size=1")
                .then()
                .body("items[0].user_id", equalTo(user), "items[0].resource_id", equalTo(user))
                .body("items[0].changed_fields", equalTo(List.of("home_organization_id")));
    }

    @Test
    void homeOrganizationMustBeOneOfTheUsers() {
        String organization = Api.organization();
        String user = Api.user();
        for (String unreachable : List.of(organization, UUID.randomUUID().toString())) {
            as(Api.tokenOf(user))
                    .body(Map.of("home_organization_id", unreachable))
                    .put("/me")
                    .then()
                    .statusCode(404)
                    .body("code", equalTo("reference_not_found"))
                    .body("errors.pointer", equalTo(List.of("/home_organization_id")));
        }
        as(Api.tokenOf(Api.user("cluster_admin")))
                .body(Map.of("home_organization_id", UUID.randomUUID().toString()))
                .put("/me")
                .then()
                .statusCode(404)
                .body("errors.pointer", equalTo(List.of("/home_organization_id")));
        Api.join(organization, user, "member");
        as(Api.tokenOf(user, organization)).body("{}").put("/me").then().statusCode(403);
    }

    @Test
    void deletedHomeOrganizationIsForgotten() {
        String organization = Api.organization();
        String token = Api.tokenOf(Api.user("cluster_admin"));
        as(token)
                .body(Map.of("home_organization_id", organization))
                .put("/me")
                .then()
                .statusCode(200);
        asAdmin().delete("/organizations/{id}", organization).then().statusCode(204);
        as(token).get("/me").then().statusCode(200).body("home_organization_id", nullValue());
    }

    @Test
    void userWithoutMembershipSeesNoOrganization() {
        String token = Api.tokenOf(Api.user());
        as(token).get("/me").then().statusCode(200).body("memberships", equalTo(List.of()));
        as(token).get("/organizations").then().statusCode(200).body("items", equalTo(List.of()));
    }

    @Test
    void userListsOnlyTheirOrganizations() {
        String first = Api.organization();
        Api.organization();
        String second = Api.organization();
        String user = Api.user();
        Api.join(first, user, "member");
        Api.join(second, user, "owner");
        as(Api.tokenOf(user)).get("/organizations").then().body("items.id", equalTo(List.of(first, second)));
        String next = as(Api.tokenOf(user))
                .get("/organizations?page_size=1")
                .then()
                .body("items.id", equalTo(List.of(first)))
                .extract()
                .path("next_page_token");
        as(Api.tokenOf(user))
                .queryParam("page_token", next)
                .get("/organizations?page_size=1")
                .then()
                .body("items.id", equalTo(List.of(second)))
                .body("next_page_token", nullValue());
    }

    @Test
    void suspendedUsersTokensAreRejectedUntilReactivation() {
        String user = Api.user();
        String token = Api.tokenOf(user);
        as(token).get("/me").then().statusCode(200);
        Api.setState(user, "suspended");
        as(token).get("/me").then().statusCode(401).body("code", equalTo("unauthenticated"));
        Api.setState(user, "active");
        as(token).get("/me").then().statusCode(200);
    }

    @Test
    void deletingAUserDeletesTheirTokensAndMemberships() throws SQLException {
        String organization = Api.organization();
        String user = Api.user();
        Api.join(organization, user, "member");
        String token = Api.tokenOf(user, organization);
        String other = Api.tokenOfNew("member", organization);

        asAdmin().delete("/users/{id}", user).then().statusCode(204);

        as(token).get("/me").then().statusCode(401);
        as(other).get("/organizations/{id}", organization).then().statusCode(200);
        Api.get("/organizations/{id}/members", organization).body("items.user_id", not(hasItem(user)));
        assertThat(database.column(UUID.class, "select id from api_token where user_id = ?::uuid", user))
                .isEmpty();
    }

    @Test
    void lastClusterAdminIsNeitherDemotedSuspendedNorDeleted() throws SQLException {
        String admin = onlyAdmin();
        String email = Api.freshName("admin") + "@acme.example";
        for (Map<String, String> change : List.of(
                body(email, "user", "active"),
                body(email, "cluster_admin", "suspended"),
                body(email, "user", "suspended"))) {
            asAdmin()
                    .body(change)
                    .put("/users/{id}", admin)
                    .then()
                    .statusCode(409)
                    .body("code", equalTo("last_cluster_admin"));
        }
        asAdmin().delete("/users/{id}", admin).then().statusCode(409).body("code", equalTo("last_cluster_admin"));
        Api.get("/users/{id}", admin)
                .body("role", equalTo("cluster_admin"))
                .body("state", equalTo("active"))
                .body("email", nullValue());
        // A suspended cluster admin does not count.
        String other = Api.user("cluster_admin");
        Api.setState(other, "suspended");
        asAdmin().delete("/users/{id}", admin).then().statusCode(409);
        asAdmin().delete("/users/{id}", other).then().statusCode(204);
    }

    @RepeatedTest(20)
    void oneOfTheLastTwoClusterAdminsAlwaysRemains() throws SQLException {
        String first = onlyAdmin();
        String second = Api.user("cluster_admin");
        String token = Api.tokenOf(second);
        Callable<Integer> demoted = () -> asAdmin()
                .body(body(Api.freshName("b") + "@acme.example", "user", "active"))
                .put("/users/{id}", second)
                .statusCode();
        Callable<Integer> suspended = () -> {
            Map<String, String> body = body(Api.freshName("a") + "@acme.example", "cluster_admin", "suspended");
            return as(token).body(body).put("/users/{id}", first).statusCode();
        };

        List<Integer> statuses = Api.inParallel(List.of(demoted, suspended));

        // The second request is denied, or would remove the last one.
        assertThat(statuses).containsOnlyOnce(200).allMatch(status -> List.of(200, 401, 403, 409)
                .contains(status));
        assertThat(database.column(
                        UUID.class, "select id from app_user where role = 'cluster_admin' and state = 'active'"))
                .hasSize(1);
    }

    /** Demotes all users except the administrator. */
    private String onlyAdmin() throws SQLException {
        database.execute("update app_user set role = 'user' where email is not null");
        return asAdmin().get("/me").then().statusCode(200).extract().path("id");
    }

    private static Map<String, String> body(String email, String role, String state) {
        return Map.of("name", "Payments", "email", email, "role", role, "state", state);
    }
}
