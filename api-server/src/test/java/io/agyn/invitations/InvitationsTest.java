package io.agyn.invitations;

import static io.agyn.testing.Api.as;
import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.testing.Database;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Membership needs consent, and an invitation shows nothing about users outside of the organization. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class InvitationsTest {
    private static final String INVITATIONS = "/organizations/{org}/invitations";
    private static final String INVITATION = INVITATIONS + "/{invitation}";
    private static final String MINE = "/me/invitations";

    @Inject
    Database database;

    private String organization;
    private String ownerId;
    private String owner;
    private String user;
    private String token;
    private String username;
    private String email;

    @BeforeEach
    void anOwnerAndAUserOutsideOfTheOrganization() {
        organization = Api.organization();
        ownerId = Api.user();
        Api.join(organization, ownerId, "owner");
        owner = Api.tokenOf(ownerId);
        user = Api.user();
        token = Api.tokenOf(user);
        var known = Api.get("/users/{id}", user).extract();
        username = known.path("username");
        email = known.path("email");
    }

    @Test
    void invitedUserBecomesAMemberByAccepting() {
        String id = invited(Map.of("username", username, "role", "owner"));
        as(token).get("/organizations/{id}", organization).then().statusCode(404);
        mine().body("items.id", equalTo(List.of(id)))
                .body("items[0].organization_id", equalTo(organization))
                .body("items[0].role", equalTo("owner"))
                .body("items[0].invited_by", equalTo("Payments"));

        as(token).post(MINE + "/{id}/accept", id).then().statusCode(200).body("status", equalTo("accepted"));

        as(token).get("/organizations/{id}", organization).then().statusCode(200);
        Api.get("/organizations/{org}/members/{user}", organization, user)
                .body("role", equalTo("owner"), "source", equalTo("manual"));
        status(id).body("status", equalTo("accepted"));
        mine().body("items", equalTo(List.of()));
        closed(as(token).post(MINE + "/{id}/accept", id));
        closed(as(owner).delete(INVITATION, organization, id));
    }

    @Test
    void declinedInvitationMakesNoMember() {
        String id = invited(Map.of("email", email, "role", "member"));
        as(token).post(MINE + "/{id}/decline", id).then().statusCode(200).body("status", equalTo("declined"));

        as(token).get("/organizations/{id}", organization).then().statusCode(404);
        status(id).body("status", equalTo("declined"));
        closed(as(token).post(MINE + "/{id}/accept", id));
    }

    @Test
    void knownAndUnknownUsersGetTheSameResponse() {
        for (Map<String, String> addressees : List.of(
                Map.of(
                        "known",
                        username,
                        "unknown",
                        "nobody-" + UUID.randomUUID().toString().substring(0, 8)),
                Map.of("known", email, "unknown", Api.freshName("nobody") + "@acme.example"))) {
            String field = addressees.get("known").equals(email) ? "email" : "username";
            Map<String, Object> known = shown(field, addressees.get("known"));
            Map<String, Object> unknown = shown(field, addressees.get("unknown"));
            assertThat(known).isEqualTo(unknown);
        }
    }

    /** The response to an invitation without its own values. */
    private Map<String, Object> shown(String field, String value) {
        Response response =
                as(owner).body(Map.of(field, value, "role", "member")).post(INVITATIONS, organization);
        Map<String, Object> shown = new HashMap<>(response.jsonPath().getMap("$"));
        shown.put("status_code", response.statusCode());
        assertThat(shown.remove(field)).isEqualTo(value);
        List.of("id", "expires_at", "created_at", "updated_at")
                .forEach(name -> assertThat(shown.remove(name)).isNotNull());
        return shown;
    }

    @Test
    void auditLogNamesTheNewMemberAndNobodyWhoDeclines() {
        String declined = invited(Map.of("email", email, "role", "member"));
        as(token).post(MINE + "/{id}/decline", declined).then().statusCode(200);
        String accepted = invited(Map.of("username", username, "role", "member"));
        as(token).post(MINE + "/{id}/accept", accepted).then().statusCode(200);

        event("declineInvitation")
                .body("items[0].resource_id", equalTo(declined))
                .body("items[0].user_id", nullValue())
                .body("items[0].user_name", nullValue())
                .body("items[0].api_token_id", nullValue());
        event("acceptInvitation")
                .body("items[0].resource_id", equalTo(accepted))
                .body("items[0].user_id", equalTo(user));
    }

    @Test
    void invitationsOfOthersAreNotFound() {
        String id = invited(Map.of("username", username, "role", "member"));
        String stranger = Api.tokenOf(Api.user());
        for (String verb : List.of("accept", "decline")) {
            as(stranger).post(MINE + "/{id}/" + verb, id).then().statusCode(404);
        }
        as(Api.tokenOfNew("owner", Api.organization()))
                .get(INVITATION, organization, id)
                .then()
                .statusCode(404);
        String elsewhere = Api.organization();
        asAdmin().get(INVITATION, elsewhere, id).then().statusCode(404);
        asAdmin().delete(INVITATION, elsewhere, id).then().statusCode(404);
    }

    @Test
    void emailInvitationWaitsForAUserWithTheAddress() {
        String later = Api.freshName("later") + "@acme.example";
        String id = invited(Map.of("email", later.toUpperCase(Locale.ROOT), "role", "member"));

        String created = asAdmin()
                .body(Map.of("name", "Later", "email", later))
                .post("/users")
                .then()
                .statusCode(201)
                .extract()
                .path("id");

        as(Api.tokenOf(created)).get(MINE).then().body("items.id", equalTo(List.of(id)));
    }

    @Test
    void usernameInvitationIsOnlyForTheUserWhoHadTheName() {
        String name = "late-" + UUID.randomUUID().toString().substring(0, 8);
        String id = invited(Map.of("username", name, "role", "member"));
        String later = asAdmin()
                .body(Map.of("name", "Later", "username", name))
                .post("/users")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        String latersToken = Api.tokenOf(later);
        as(latersToken).get(MINE).then().body("items", equalTo(List.of()));
        as(latersToken).post(MINE + "/{id}/accept", id).then().statusCode(404);

        as(owner).post(INVITATION + "/resend", organization, id).then().statusCode(200);

        as(latersToken).get(MINE).then().body("items.id", equalTo(List.of(id)));
    }

    @Test
    void expiredInvitationIsAcceptedOnlyAfterItIsResent() throws SQLException {
        String id = invited(Map.of("username", username, "role", "member"));
        expire(id);
        mine().body("items", equalTo(List.of()));
        closed(as(token).post(MINE + "/{id}/accept", id));
        as(owner)
                .queryParam("status", "expired")
                .get(INVITATIONS, organization)
                .then()
                .body("items.id", equalTo(List.of(id)), "items[0].status", equalTo("expired"));
        as(owner)
                .queryParam("status", "pending")
                .get(INVITATIONS, organization)
                .then()
                .body("items", equalTo(List.of()));

        String expiry = as(owner)
                .post(INVITATION + "/resend", organization, id)
                .then()
                .statusCode(200)
                .body("status", equalTo("pending"))
                .extract()
                .path("expires_at");

        assertThat(Instant.parse(expiry)).isBetween(inDays(13), inDays(15));
        as(token).post(MINE + "/{id}/accept", id).then().statusCode(200);
    }

    @Test
    void cancelledInvitationCannotBeAcceptedOrResent() {
        String id = invited(Map.of("username", username, "role", "member"));
        as(owner).delete(INVITATION, organization, id).then().statusCode(204);
        as(owner).delete(INVITATION, organization, id).then().statusCode(204);

        status(id).body("status", equalTo("cancelled"));
        closed(as(token).post(MINE + "/{id}/accept", id));
        closed(as(owner).post(INVITATION + "/resend", organization, id));
        invited(Map.of("username", username, "role", "member"));
    }

    @RepeatedTest(10)
    void concurrentCancellationAndAcceptanceHaveOneWinner() {
        String id = invited(Map.of("username", username, "role", "member"));

        List<Integer> statuses = Api.inParallel(List.of(
                () -> as(owner).delete(INVITATION, organization, id).statusCode(),
                () -> as(token).post(MINE + "/{id}/accept", id).statusCode()));

        assertThat(statuses).isIn(List.of(204, 409), List.of(409, 200));
        int member = asAdmin()
                .get("/organizations/{org}/members/{user}", organization, user)
                .statusCode();
        assertThat(member).isEqualTo(statuses.equals(List.of(409, 200)) ? 200 : 404);
    }

    @Test
    void sameInvitationIsPendingOnlyOnce() throws SQLException {
        Map<String, String> body = Map.of("email", email, "role", "member");
        String id = invited(body);
        as(owner)
                .body(Map.of("email", email.toUpperCase(Locale.ROOT), "role", "owner"))
                .post(INVITATIONS, organization)
                .then()
                .statusCode(409)
                .body("code", equalTo("invitation_exists"), "errors[0].pointer", equalTo("/email"));
        expire(id);
        invited(body);
        as(owner)
                .post(INVITATION + "/resend", organization, id)
                .then()
                .statusCode(409)
                .body("code", equalTo("invitation_exists"));
    }

    @Test
    void membersAreNotInvited() {
        Api.join(organization, user, "member");
        for (Map<String, String> addressee : List.of(Map.of("username", username), Map.of("email", email))) {
            Map<String, String> body = new HashMap<>(addressee);
            body.put("role", "owner");
            as(owner)
                    .body(body)
                    .post(INVITATIONS, organization)
                    .then()
                    .statusCode(409)
                    .body("code", equalTo("member_exists"));
        }
    }

    @Test
    void acceptingKeepsTheRoleOfAMemberAddedMeanwhile() {
        String id = invited(Map.of("username", username, "role", "owner"));
        Api.join(organization, user, "member");

        as(token).post(MINE + "/{id}/accept", id).then().statusCode(200);

        Api.get("/organizations/{org}/members/{user}", organization, user).body("role", equalTo("member"));
    }

    @Test
    void invitationsOfARemovedDemotedOrDeletedOwnerAreCancelled() {
        Api.join(organization, Api.user(), "owner");
        String id = invited(Map.of("username", username, "role", "member"));
        asAdmin()
                .body(Map.of("role", "member"))
                .put("/organizations/{org}/members/{user}", organization, ownerId)
                .then()
                .statusCode(200);
        status(id).body("status", equalTo("cancelled"));

        for (String path : List.of("/organizations/" + organization + "/members/", "/users/")) {
            String other = Api.user();
            Api.join(organization, other, "owner");
            String theirs = as(Api.tokenOf(other))
                    .body(Map.of("username", username, "role", "owner"))
                    .post(INVITATIONS, organization)
                    .then()
                    .statusCode(201)
                    .extract()
                    .path("id");
            asAdmin().delete(path + other).then().statusCode(204);
            status(theirs).body("status", equalTo("cancelled"));
        }
    }

    @Test
    void pendingInvitationsOfAnOrganizationAreLimited() throws SQLException {
        database.execute("""
            insert into invitation (id, organization_id, email, role, status, expires_at, created_at, updated_at)
            select gen_random_uuid(), ?, 'user' || n || '@acme.example', 'member', 'pending', now() + interval '1 day',
                now(), now()
            from generate_series(1, 1000) n\
            """, UUID.fromString(organization));
        as(owner)
                .body(Map.of("username", username, "role", "member"))
                .post(INVITATIONS, organization)
                .then()
                .statusCode(409)
                .body("code", equalTo("limit_reached"));
        database.execute(
                "update invitation set expires_at = now() where organization_id = ?", UUID.fromString(organization));
        invited(Map.of("username", username, "role", "member"));
    }

    @Test
    void suspendedUserCannotAccept() {
        String id = invited(Map.of("username", username, "role", "member"));
        Api.setState(user, "suspended");
        as(token).post(MINE + "/{id}/accept", id).then().statusCode(401);
        status(id).body("status", equalTo("pending"));
    }

    @Test
    void boundTokenSeesNoInvitations() {
        Api.join(organization, user, "member");
        as(Api.tokenOf(user, organization)).get(MINE).then().statusCode(403);
    }

    @Test
    void addresseeAndExpiryAreChecked() {
        rejected(Map.of("role", "member"), "/username");
        rejected(Map.of("username", username, "email", email, "role", "member"), "/email");
        rejected(Map.of("username", "No Name", "role", "member"), "/username");
        rejected(
                Map.of(
                        "username",
                        username,
                        "role",
                        "member",
                        "expires_at",
                        inDays(-1).toString()),
                "/expires_at");
        rejected(
                Map.of(
                        "username",
                        username,
                        "role",
                        "member",
                        "expires_at",
                        inDays(91).toString()),
                "/expires_at");
        invited(Map.of(
                "username", username, "role", "member", "expires_at", inDays(89).toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PAYMENTS", "@acme"})
    void searchFindsUsernamesAndEmailAddresses(String sought) {
        String id = invited(Map.of("email", "payments-" + UUID.randomUUID() + "@acme.example", "role", "member"));
        invited(Map.of("username", "other-" + UUID.randomUUID().toString().substring(0, 8), "role", "member"));
        as(owner)
                .queryParam("search", sought)
                .get(INVITATIONS, organization)
                .then()
                .body("items.id", equalTo(List.of(id)));
    }

    private void expire(String id) throws SQLException {
        database.execute(
                "update invitation set expires_at = now() - interval '1 second' where id = ?", UUID.fromString(id));
    }

    private static Instant inDays(int days) {
        return Instant.now().plus(Duration.ofDays(days));
    }

    private String invited(Map<String, ?> body) {
        return as(owner)
                .body(body)
                .post(INVITATIONS, organization)
                .then()
                .statusCode(201)
                .body("status", equalTo("pending"))
                .extract()
                .path("id");
    }

    private void rejected(Map<String, ?> body, String pointer) {
        as(owner)
                .body(body)
                .post(INVITATIONS, organization)
                .then()
                .statusCode(400)
                .body("errors.pointer", equalTo(List.of(pointer)));
    }

    private ValidatableResponse status(String id) {
        return Api.get(INVITATION, organization, id);
    }

    private ValidatableResponse mine() {
        return as(token).get(MINE).then().statusCode(200);
    }

    private ValidatableResponse event(String operation) {
        return as(owner)
                .queryParam("operation", operation)
                .get("/organizations/{org}/audit-events", organization)
                .then()
                .statusCode(200)
                .body("items.size()", equalTo(1));
    }

    private static void closed(Response response) {
        response.then().statusCode(409).body("code", equalTo("invitation_closed"));
    }
}
