package io.agyn.members;

import static io.agyn.testing.Api.as;
import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class MembersTest {
    private static final String MEMBERS = "/organizations/{org}/members";
    private static final String MEMBER = MEMBERS + "/{user}";
    private static final String STALE = "\"0123456789abcdef0123456789abcdef\"";

    private String organization;
    private String user;
    private String email;

    @BeforeEach
    void aFreshOrganizationAndAUser() {
        organization = Api.organizationWithoutMembers();
        user = Api.user();
        email = Api.get("/users/{id}", user).extract().path("email");
    }

    @Test
    void ownerIsToldToInviteInsteadOfAdding() {
        as(Api.tokenOfNew("owner", organization))
                .body(Map.of("user_id", user, "role", "member"))
                .post(MEMBERS, organization)
                .then()
                .statusCode(403)
                .body("code", equalTo("forbidden"), "detail", containsString("invite the user"));
    }

    @Test
    void memberLeavesByThemselvesUnlessTheyAreTheLastOwner() {
        Api.join(organization, user, "owner");
        String token = Api.tokenOf(user);
        as(token)
                .delete("/me/memberships/{id}", organization)
                .then()
                .statusCode(409)
                .body("code", equalTo("last_owner"));
        Api.join(organization, Api.user(), "owner");

        as(token)
                .header("If-Match", STALE)
                .delete("/me/memberships/{id}", organization)
                .then()
                .statusCode(412);
        as(token).delete("/me/memberships/{id}", organization).then().statusCode(204);

        as(token).get("/organizations/{id}", organization).then().statusCode(404);
        as(token).delete("/me/memberships/{id}", organization).then().statusCode(404);
    }

    @Test
    void removedMemberLosesTokensBoundToTheOrganizationForGood() {
        Api.join(organization, user, "member");
        String bound = Api.tokenOf(user, organization);
        as(bound).get("/me").then().statusCode(200);

        Api.leave(organization, user);
        Api.join(organization, user, "member");

        as(bound).get("/me").then().statusCode(401);
    }

    @Test
    void ownerReadsChangesAndRemovesAMember() {
        String owner = Api.tokenOfNew("owner", organization);
        var added = asAdmin()
                .body(Map.of("email", email, "role", "member"))
                .post(MEMBERS, organization)
                .then()
                .statusCode(201)
                .header("Location", "/api/v1/organizations/" + organization + "/members/" + user)
                .body("organization_id", equalTo(organization))
                .body("user_id", equalTo(user))
                .body("name", equalTo("Payments"))
                .body("email", equalTo(email))
                .body("state", equalTo("active"))
                .body("role", equalTo("member"))
                .body("source", equalTo("manual"))
                .extract();
        as(owner).get(MEMBER, organization, user).then().statusCode(200).header("ETag", added.header("ETag"));
        as(owner)
                .body(Map.of("role", "owner"))
                .put(MEMBER, organization, user)
                .then()
                .statusCode(200)
                .body("role", equalTo("owner"));
        as(owner).delete(MEMBER, organization, user).then().statusCode(204);
        as(owner).get(MEMBER, organization, user).then().statusCode(404).body("code", equalTo("not_found"));
        as(owner).delete(MEMBER, organization, user).then().statusCode(404);
    }

    @Test
    void memberIsAddedAndFoundByEmailIgnoringCase() {
        String shouted = email.toUpperCase(Locale.ROOT);
        asAdmin()
                .body(Map.of("email", shouted, "role", "member"))
                .post(MEMBERS, organization)
                .then()
                .statusCode(201)
                .body("user_id", equalTo(user));
        Api.join(organization, Api.user(), "owner");
        asAdmin()
                .queryParam("email", shouted)
                .get(MEMBERS, organization)
                .then()
                .body("items.user_id", equalTo(List.of(user)));
        asAdmin().queryParam("name", "Nobody").get(MEMBERS, organization).then().body("items", equalTo(List.of()));
    }

    @Test
    void exactlyOneOfUserIdUsernameAndEmailIsRequired() {
        asAdmin()
                .body(Map.of("role", "member"))
                .post(MEMBERS, organization)
                .then()
                .statusCode(400)
                .body("errors.pointer", equalTo(List.of("/username")));
        asAdmin()
                .body(Map.of("user_id", user, "email", email, "role", "member"))
                .post(MEMBERS, organization)
                .then()
                .statusCode(400)
                .body("errors.pointer", equalTo(List.of("/email")));
        asAdmin()
                .body(Map.of("user_id", user, "username", "payments", "role", "member"))
                .post(MEMBERS, organization)
                .then()
                .statusCode(400)
                .body("errors.pointer", equalTo(List.of("/username")));
    }

    @Test
    void memberIsAddedAndFoundByUsername() {
        String username = Api.get("/users/{id}", user).extract().path("username");
        Api.join(organization, Api.user(), "member");
        asAdmin()
                .body(Map.of("username", username, "role", "member"))
                .post(MEMBERS, organization)
                .then()
                .statusCode(201)
                .body("user_id", equalTo(user), "username", equalTo(username));
        asAdmin()
                .queryParam("username", username)
                .get(MEMBERS, organization)
                .then()
                .body("items.user_id", equalTo(List.of(user)));
        asAdmin()
                .queryParam("search", username.substring(1))
                .get(MEMBERS, organization)
                .then()
                .body("items.user_id", equalTo(List.of(user)));
    }

    @Test
    void unknownUserErrorNamesTheField() {
        Map<String, String> nobody = Map.of(
                "user_id",
                UUID.randomUUID().toString(),
                "username",
                "nobody-of-this-name",
                "email",
                Api.freshName("nobody") + "@acme.example");
        nobody.forEach((field, value) -> asAdmin()
                .body(Map.of(field, value, "role", "member"))
                .post(MEMBERS, organization)
                .then()
                .statusCode(404)
                .body("code", equalTo("reference_not_found"))
                .body("errors.pointer", equalTo(List.of("/" + field))));
    }

    @Test
    void nobodyIsAddedTwice() {
        Api.join(organization, user, "member");
        asAdmin()
                .body(Map.of("user_id", user, "role", "owner"))
                .post(MEMBERS, organization)
                .then()
                .statusCode(409)
                .body("code", equalTo("member_exists"));
        Api.get(MEMBER, organization, user).body("role", equalTo("member"));
    }

    @Test
    void memberIsChangedAndRemovedOnlyIfTheEntityTagMatches() {
        Api.join(organization, user, "member");
        String tag = Api.get(MEMBER, organization, user).extract().header("ETag");
        asAdmin()
                .header("If-Match", STALE)
                .body(Map.of("role", "owner"))
                .put(MEMBER, organization, user)
                .then()
                .statusCode(412)
                .header("ETag", tag);
        asAdmin()
                .header("If-Match", STALE)
                .delete(MEMBER, organization, user)
                .then()
                .statusCode(412);
        asAdmin()
                .header("If-Match", tag)
                .delete(MEMBER, organization, user)
                .then()
                .statusCode(204);
    }

    @Test
    void membersComeInPagesInTheOrderInWhichTheyCame() {
        List<String> joined = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            String member = Api.user();
            Api.join(organization, member, "member");
            joined.add(member);
        }
        var first = Api.get(MEMBERS + "?page_size=3", organization)
                .body("items.user_id", equalTo(joined.subList(0, 3)))
                .body("next_page_token", notNullValue())
                .extract();
        asAdmin()
                .queryParam("page_token", first.<String>path("next_page_token"))
                .get(MEMBERS + "?page_size=3", organization)
                .then()
                .body("items.user_id", equalTo(joined.subList(3, 5)));
    }

    @Test
    void organizationKeepsItsLastActiveOwner() {
        Api.join(organization, user, "owner");
        String slug = Api.get("/organizations/{id}", organization).extract().path("slug");
        assertLastOwner(asAdmin().delete(MEMBER, organization, user), slug);
        assertLastOwner(asAdmin().body(Map.of("role", "member")).put(MEMBER, organization, user), slug);
        assertLastOwner(asAdmin().body(suspension()).put("/users/{id}", user), slug);
        assertLastOwner(asAdmin().delete("/users/{id}", user), slug);
        Api.get(MEMBER, organization, user).body("role", equalTo("owner")).body("state", equalTo("active"));

        // A suspended owner does not count, and may be removed.
        String other = Api.user();
        Api.join(organization, other, "owner");
        Api.setState(other, "suspended");
        assertLastOwner(asAdmin().delete(MEMBER, organization, user), slug);
        Api.leave(organization, other);

        String heir = Api.user();
        Api.join(organization, heir, "owner");
        Api.leave(organization, user);
        assertLastOwner(asAdmin().delete(MEMBER, organization, heir), slug);
    }

    @Test
    void membersCanLeaveAnOrganizationWithoutAnOwner() {
        Api.join(organization, user, "member");
        asAdmin()
                .body(Map.of("role", "member"))
                .put(MEMBER, organization, user)
                .then()
                .statusCode(200);
        Api.setState(user, "suspended");
        Api.leave(organization, user);
    }

    @Test
    void lastOwnerIsDeletedWithTheOrganization() {
        String owner = Api.tokenOfNew("owner", organization);
        as(owner).delete("/organizations/{id}", organization).then().statusCode(204);
        as(owner).get("/me").then().statusCode(200).body("memberships", equalTo(List.of()));
    }

    @RepeatedTest(20)
    void oneOfTwoOwnersStaysInConcurrentRemovals(RepetitionInfo repetition) {
        String other = Api.user();
        Api.join(organization, user, "owner");
        Api.join(organization, other, "owner");
        Callable<Integer> removed =
                () -> asAdmin().delete(MEMBER, organization, other).statusCode();
        Callable<Integer> gone =
                switch (repetition.getCurrentRepetition() % 4) {
                    case 0 -> () -> asAdmin().delete(MEMBER, organization, user).statusCode();
                    case 1 ->
                        () -> asAdmin()
                                .body(Map.of("role", "member"))
                                .put(MEMBER, organization, user)
                                .statusCode();
                    case 2 ->
                        () -> asAdmin()
                                .body(suspension())
                                .put("/users/{id}", user)
                                .statusCode();
                    default -> () -> asAdmin().delete("/users/{id}", user).statusCode();
                };

        List<Integer> statuses = Api.inParallel(List.of(removed, gone));

        assertThat(statuses).containsOnlyOnce(409).allMatch(status -> List.of(200, 204, 409)
                .contains(status));
        Api.get(MEMBERS, organization)
                .body("items.findAll { it.role == 'owner' && it.state == 'active' }.size()", equalTo(1));
    }

    private Map<String, String> suspension() {
        return Map.of("name", "Payments", "email", email, "role", "user", "state", "suspended");
    }

    private static void assertLastOwner(Response rejection, String slug) {
        rejection
                .then()
                .statusCode(409)
                .body("code", equalTo("last_owner"))
                .body("detail", containsString("owner of " + slug + ";"));
    }
}
