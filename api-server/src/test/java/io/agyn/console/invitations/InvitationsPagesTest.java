package io.agyn.console.invitations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.agyn.console.Visitor;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class InvitationsPagesTest {
    private String organization;
    private String invitations;
    private Visitor owner;
    private String user;
    private String username;

    @BeforeEach
    void anOwnerAndAUserOutsideOfTheOrganization() {
        organization = Api.organization();
        invitations = "/organizations/" + organization + "/invitations";
        owner = Visitor.signedIn(Api.tokenOfNew("owner", organization));
        user = Api.user();
        username = Api.get("/users/{id}", user).extract().path("username");
    }

    @Test
    void ownerInvitesResendsAndCancels() {
        assertThat(owner.page(invitations)).contains("No invitations yet");
        owner.submit(invitations + "/new", Map.of("username", username, "email", "", "role", "member"))
                .then()
                .statusCode(303);
        assertThat(owner.page(invitations)).contains(username + " is invited", ">pending</span>", "Resend");
        String id = Api.get("/organizations/{o}/invitations", organization)
                .extract()
                .path("items[0].id");
        owner.submit(invitations, invitations + "/" + id + "/resend", Map.of())
                .then()
                .statusCode(303);
        assertThat(owner.page(invitations + "/" + id + "/cancel")).contains("no longer be accepted");
        owner.submit(invitations + "/" + id + "/cancel", Map.of()).then().statusCode(303);
        assertThat(owner.page(invitations)).contains(">cancelled</span>").doesNotContain("Resend");
        assertThat(owner.page(invitations + "?status=pending")).contains("No matching invitations");
        owner.get(invitations + "?status=lost").then().statusCode(422);
        owner.submit(invitations, invitations + "/" + id + "/resend", Map.of())
                .then()
                .statusCode(409)
                .body(containsString("was cancelled already"));
    }

    @Test
    void invitedUserSeesACountAndAccepts() {
        String id = Api.invite(organization, user, "member");
        Visitor invited = Visitor.signedIn(Api.tokenOf(user));
        invited.get("/organizations").then().statusCode(303).header("Location", "/invitations");
        assertThat(invited.page("/invitations")).contains("title=\"Pending invitations\">1<", ">Accept<");

        invited.submit("/invitations", "/invitations/" + id + "/accept", Map.of())
                .then()
                .statusCode(303)
                .header("Location", "/organizations/" + organization);

        assertThat(invited.page("/organizations/" + organization))
                .contains("You are a member of")
                .doesNotContain("Pending invitations");
        invited.submit("/invitations", "/invitations/" + id + "/accept", Map.of())
                .then()
                .statusCode(409)
                .body(containsString("was accepted"));
    }

    @Test
    void invitedUserDeclines() {
        String id = Api.invite(organization, user, "member");
        Visitor invited = Visitor.signedIn(Api.tokenOf(user));
        invited.submit("/invitations", "/invitations/" + id + "/decline", Map.of())
                .then()
                .statusCode(303);
        assertThat(invited.page("/invitations")).contains("No pending invitations");
        assertThat(owner.page(invitations)).contains(">declined</span>");
    }

    @Test
    void errorsAreBesideTheirFields() {
        owner.submit(invitations + "/new", Map.of("username", "", "email", "", "role", "member"))
                .then()
                .statusCode(422)
                .body(containsString("<a href=\"#username\">"));
        Api.join(organization, user, "member");
        owner.submit(invitations + "/new", Map.of("username", username, "email", "", "role", "member"))
                .then()
                .statusCode(409)
                .body(containsString("already a member"));
    }

    @Test
    void auditLogLinksToTheInvitation() {
        Api.invite(organization, user, "member");
        assertThat(owner.page("/organizations/" + organization + "/audit")).contains("created invitation", username);
    }

    @Test
    void membersAndOtherTenantsSeeNoInvitations() {
        String id = Api.invite(organization, user, "member");
        Visitor member = Visitor.signedIn(Api.tokenOfNew("member", organization));
        member.get(invitations).then().statusCode(403);
        assertThat(member.page("/organizations/" + organization + "/members"))
                .doesNotContain("Invite user", "/group-mappings");
        Visitor other = Visitor.signedIn(Api.tokenOfNew("owner", Api.organization()));
        other.get(invitations).then().statusCode(404);
        other.submit("/organizations", "/invitations/" + id + "/accept", Map.of())
                .then()
                .statusCode(422);
        Api.get("/organizations/{o}/invitations/{i}", organization, id).body("status", equalTo("pending"));
    }
}
