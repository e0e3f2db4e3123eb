package io.agyn.console.members;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;

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
class MembersPagesTest {
    private String organization;
    private String members;

    @BeforeEach
    void createOrganization() {
        organization = Api.organization();
        members = "/organizations/" + organization + "/members";
    }

    @Test
    void ownerChangesTheRoleOfAMemberAndRemovesThem() {
        Visitor owner = Visitor.signedIn(Api.tokenOfNew("owner", organization));
        String user = Api.user();
        String email = Api.get("/users/{id}", user).extract().path("email");
        Visitor.signedIn(Api.adminToken())
                .submit(members + "/new", Map.of("email", email, "user_id", "", "role", "member"))
                .then()
                .statusCode(303);
        assertThat(owner.page(members)).contains(email, "/members/" + user).doesNotContain("Add member");
        owner.get(members + "/new").then().statusCode(403);
        owner.submit(members + "/" + user, Map.of("role", "owner")).then().statusCode(303);
        Api.get("/organizations/{o}/members/{u}", organization, user).body("role", equalTo("owner"));
        assertThat(owner.page(members + "/" + user + "/remove")).contains("permanently revoked");
        owner.submit(members + "/" + user + "/remove", Map.of()).then().statusCode(303);
        Api.asAdmin()
                .get("/organizations/{o}/members/{u}", organization, user)
                .then()
                .statusCode(404);
    }

    @Test
    void memberIsAddedByUsername() {
        String user = Api.user();
        String username = Api.get("/users/{id}", user).extract().path("username");
        Visitor admin = Visitor.signedIn(Api.adminToken());
        admin.submit(members + "/new", Map.of("username", username, "email", "", "user_id", "", "role", "member"))
                .then()
                .statusCode(303);
        assertThat(admin.page(members)).contains("<code>" + username + "</code>", "/members/" + user);
    }

    @Test
    void memberIsAddedById() {
        String user = Api.user();
        Visitor.signedIn(Api.adminToken())
                .submit(members + "/new", Map.of("email", "", "user_id", user, "role", "owner"))
                .then()
                .statusCode(303);
        Api.get("/organizations/{o}/members/{u}", organization, user).body("role", equalTo("owner"));
    }

    @Test
    void errorsAreBesideTheirFieldsAndInputIsKept() {
        Visitor admin = Visitor.signedIn(Api.adminToken());
        Response nobody =
                admin.submit(members + "/new", Map.of("email", "nobody@acme.example", "user_id", "", "role", "owner"));
        nobody.then().statusCode(422);
        assertThat(nobody.asString())
                .contains("#email\">Email</a>: This user does not exist", "value=\"nobody@acme.example\"")
                .contains("<option value=\"owner\" selected>");
        Response noId = admin.submit(members + "/new", Map.of("email", "", "user_id", "me", "role", "king"));
        noId.then().statusCode(422);
        assertThat(noId.asString())
                .contains("#user_id\">User id</a>: Enter a user id", "value=\"me\"", "#role\">Role</a>: ")
                .containsOnlyOnce("<a href=\"#user_id\">");
        admin.submit(members + "/new", Map.of("email", "", "user_id", "", "role", "member"))
                .then()
                .statusCode(422)
                .body(containsString("Set “User id”, username or email"));
        admin.submit(members + "/new", Map.of("email", "a@acme.example", "role", "king"))
                .then()
                .statusCode(422)
                .body(containsString("<a href=\"#role\">"));
    }

    @Test
    void existingMemberIsAConflict() {
        String user = Api.user();
        Api.join(organization, user, "member");
        Visitor.signedIn(Api.adminToken())
                .submit(members + "/new", Map.of("email", "", "user_id", user, "role", "member"))
                .then()
                .statusCode(409)
                .body(containsString("is already a member"));
    }

    @Test
    void lastOwnerCannotBeRemoved() {
        organization = Api.organizationWithoutMembers();
        members = "/organizations/" + organization + "/members";
        String user = Api.user();
        Api.join(organization, user, "owner");
        Visitor owner = Visitor.signedIn(Api.tokenOf(user));
        owner.submit(members + "/" + user, Map.of("role", "member"))
                .then()
                .statusCode(409)
                .body(containsString("role=\"alert\""))
                .body(containsString("owner"));
        owner.submit(members + "/" + user + "/remove", Map.of())
                .then()
                .statusCode(409)
                .body(containsString("role=\"alert\""));
        Api.get("/organizations/{o}/members/{u}", organization, user).body("role", equalTo("owner"));
    }

    @Test
    void editConflictShowsTheOtherUser() {
        String user = Api.user();
        Api.join(organization, user, "member");
        Visitor admin = Visitor.signedIn(Api.adminToken());
        String page = admin.page(members + "/" + user);
        String etag = Visitor.hidden("etag", page);
        String shown = Visitor.hidden("shown", page);
        Visitor.signedIn(Api.tokenOfNew("owner", organization))
                .submit(members + "/" + user, Map.of("role", "owner"))
                .then()
                .statusCode(303);
        Response conflict = admin.submit(members + "/" + user, Map.of("role", "member", "etag", etag, "shown", shown));
        conflict.then().statusCode(412);
        assertThat(conflict.asString()).contains("Payments changed role at", "Stored now: <bdi>owner</bdi>");
    }

    @Test
    void memberSeesMembersAndChangesNobody() {
        String user = Api.user();
        Api.join(organization, user, "member");
        Visitor member = Visitor.signedIn(Api.tokenOf(user));
        assertThat(member.page(members)).contains("Payments").doesNotContain("Add member");
        assertThat(member.page(members + "/" + user)).doesNotContain("Remove…", "<form class=\"card\"", "/users/");
        member.get(members + "/new").then().statusCode(403);
        member.get(members + "/" + user + "/remove").then().statusCode(403);
        Map<String, String> fields = Map.of("email", "a@acme.example", "role", "owner");
        member.submit(members, members + "/new", fields).then().statusCode(403);
        member.submit(members, members + "/" + user, fields).then().statusCode(403);
        member.submit(members, members + "/" + user + "/remove", Map.of())
                .then()
                .statusCode(403);
        Api.asAdmin()
                .get("/organizations/{o}/audit-events?outcome=denied", organization)
                .then()
                .body("items.operation", hasItems("addMember", "updateMember", "removeMember"));
    }

    @Test
    void otherTenantsGetNotFound() {
        String user = Api.user();
        Api.join(organization, user, "member");
        Visitor other = Visitor.signedIn(Api.tokenOfNew("owner", Api.organization()));
        other.get(members).then().statusCode(404);
        other.get(members + "/" + user).then().statusCode(404);
        other.submit("/organizations", members + "/" + user + "/remove", Map.of())
                .then()
                .statusCode(404);
    }
}
