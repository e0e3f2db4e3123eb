package io.agyn.console.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import io.agyn.console.Visitor;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.testing.Database;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reveals in the Console, which need a sign-in in the last 15 minutes. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class FreshSignInTest {
    @Inject
    Database database;

    private String user;
    private String token;
    private String organization;
    private String secret;
    private Visitor owner;

    @BeforeEach
    void signInAWhileAgo() throws SQLException {
        organization = Api.organization();
        user = Api.user();
        Api.join(organization, user, "owner");
        secret = Api.secret(organization, "sk-to-reveal");
        token = Api.tokenOf(user);
        owner = Visitor.signedIn(token);
        database.execute(
                "update console_session set authenticated_at = now() - interval '16 minutes' where token_id in"
                        + " (select id from api_token where user_id = ?::uuid)",
                user);
    }

    @Test
    void secretIsRevealedAfterTheTokenIsEnteredAgain() {
        String page = "/organizations/" + slug() + "/secrets/" + secret;
        Response question = reveal("secrets", secret);
        question.then()
                .statusCode(303)
                .header("Location", equalTo("/confirm?next=" + page.replace("/", "%2F")))
                .body(not(containsString("sk-to-reveal")));

        owner.submit(question.header("Location"), "/confirm", Map.of("token", token, "next", page))
                .then()
                .statusCode(303)
                .header("Location", equalTo(page));

        reveal("secrets", secret).then().statusCode(200).body(containsString("sk-to-reveal"));
        Api.get("/audit-events?operation=confirmSignIn&user_id=" + user).body("items.outcome", hasItem("done"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"of another user", "unknown"})
    void otherTokensDoNotConfirm(String other) {
        String entered = other.equals("unknown") ? "agyn_unknown" : Api.tokenOf(Api.user());
        owner.submit("/confirm?next=/organizations", "/confirm", Map.of("token", entered))
                .then()
                .statusCode(422)
                .body(containsString("not a valid API token of the signed-in user"));
        reveal("secrets", secret).then().statusCode(303);
    }

    @Test
    void everyRevealNeedsARecentSignIn() {
        String provider = Api.provider(organization, secret);
        String vault = Api.secretProvider(organization);
        reveal("llm-providers", provider).then().statusCode(303);
        reveal("secret-providers", vault).then().statusCode(303);
    }

    @Test
    void returnsOnlyToOwnPages() {
        assertThat(owner.page("/confirm?next=https://evil.example/")).doesNotContain("evil.example");
    }

    @Test
    void apiNeedsOnlyTheScope() {
        Api.as(token)
                .post("/organizations/{o}/secrets/{s}/reveal", organization, secret)
                .then()
                .statusCode(200);
    }

    private Response reveal(String kind, String id) {
        String page = "/organizations/" + organization + "/" + kind + "/" + id;
        return owner.submit(page, page + "/reveal", Map.of());
    }

    private String slug() {
        return Api.get("/organizations/{id}", organization).extract().path("slug");
    }
}
