package io.agyn.tokens;

import static io.agyn.testing.Api.as;
import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.testing.Database;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ExtractableResponse;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class ApiTokensTest {
    @Inject
    Database database;

    @Test
    void tokenIsShownOnceAndWorksUntilItIsRevoked() {
        ExtractableResponse<Response> created = create(Map.of("description", "ci"));
        String id = created.path("id");
        String token = created.path("token");
        assertThat(token).matches("agyn_[0-9A-Za-z]{44}").startsWith(created.<String>path("prefix"));
        as(token).get("/me").then().statusCode(200).body("api_token_id", equalTo(id));
        String reads = Api.get("/api-tokens/{id}", id).extract().asString()
                + Api.get("/api-tokens?page_size=1000")
                        .body("items.id", hasItem(id))
                        .extract()
                        .asString();
        assertThat(reads).doesNotContain(token);
        asAdmin().delete("/api-tokens/{id}", id).then().statusCode(204);
        as(token).get("/me").then().statusCode(401);
    }

    @Test
    void tokenUseIsRecorded() {
        ExtractableResponse<Response> created = create(Map.of("description", "used"));
        Api.get("/api-tokens/{id}", created.<String>path("id")).body("last_used_at", nullValue());
        as(created.path("token")).get("/me").then().statusCode(200);
        Api.get("/api-tokens/{id}", created.<String>path("id")).body("last_used_at", notNullValue());
    }

    @Test
    void expiredTokenIsRejected() throws SQLException {
        ExtractableResponse<Response> created = create(Map.of(
                "description",
                "short",
                "expires_at",
                Instant.now().plus(Duration.ofHours(1)).toString()));
        as(created.path("token")).get("/me").then().statusCode(200);

        // Changes the time in the database, since a short lifetime often ends before the first call returns.
        database.execute(
                "update api_token set expires_at = date_trunc('milliseconds', now()) + interval '10 us' where id = ?::uuid",
                created.<String>path("id"));

        String expiry = Api.get("/api-tokens/{id}", created.<String>path("id"))
                .extract()
                .path("expires_at");
        as(created.path("token"))
                .get("/me")
                .then()
                .statusCode(401)
                .body("detail", startsWith("The API token expired at " + expiry + "."));
        String guessed = Plaintext.random().reveal();
        as(guessed).get("/me").then().statusCode(401).body("detail", not(containsString("expired")));
    }

    @Test
    void emptyTokenIsCalledEmpty() {
        for (String header : List.of("Bearer", "Bearer ", "")) {
            Api.asNobody()
                    .header("Authorization", header)
                    .get("/me")
                    .then()
                    .statusCode(401)
                    .body("detail", startsWith("The API token is empty"));
        }
    }

    @Test
    void tokenThatIsAlreadyExpiredIsRejected() {
        asAdmin()
                .body(Map.of("description", "late", "expires_at", "2020-01-01T00:00:00Z"))
                .post("/api-tokens")
                .then()
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/expires_at"));
    }

    @Test
    void boundTokenNeedsAnExistingOrganization() {
        asAdmin()
                .body(Map.of("description", "lost", "organization_id", UUID.randomUUID()))
                .post("/api-tokens")
                .then()
                .statusCode(404)
                .body("code", equalTo("reference_not_found"))
                .body("errors[0].pointer", equalTo("/organization_id"));
    }

    @Test
    void clusterAdminManagesTokensOfOtherUsers() {
        String organization = Api.organization();
        String user = Api.user();
        Api.join(organization, user, "member");
        ExtractableResponse<Response> created = create(Map.of("description", "handed out", "user_id", user));
        String id = created.path("id");
        String token = created.path("token");

        as(token).get("/me").then().statusCode(200).body("id", equalTo(user));
        as(token).get("/organizations").then().body("items.id", equalTo(List.of(organization)));
        as(token).get("/api-tokens").then().body("items.id", equalTo(List.of(id)));
        asAdmin()
                .queryParam("user_id", user)
                .get("/api-tokens")
                .then()
                .body("items.id", equalTo(List.of(id)))
                .body("items.user_id", equalTo(List.of(user)));
        asAdmin().get("/api-tokens?page_size=1000").then().body("items.id", not(hasItem(id)));
        Api.get("/api-tokens/{id}", id).body("user_id", equalTo(user));
        asAdmin().delete("/api-tokens/{id}", id).then().statusCode(204);
        as(token).get("/me").then().statusCode(401);
    }

    @Test
    void userCreatesOwnTokens() {
        String user = Api.user();
        as(Api.tokenOf(user))
                .body(Map.of("description", "mine", "user_id", user))
                .post("/api-tokens")
                .then()
                .statusCode(201)
                .body("user_id", equalTo(user));
    }

    @Test
    void tokenHasItsUsersCurrentPermissions() {
        String organization = Api.organization();
        String user = Api.user();
        Api.join(organization, Api.user(), "owner");
        Api.join(organization, user, "member");
        String token = Api.tokenOf(user);
        Map<String, String> secret = Map.of("name", "a", "value", "v");

        as(token)
                .body(secret)
                .post("/organizations/{id}/secrets", organization)
                .then()
                .statusCode(403);
        asAdmin()
                .body(Map.of("role", "owner"))
                .put("/organizations/{id}/members/{user}", organization, user)
                .then()
                .statusCode(200);
        as(token)
                .body(secret)
                .post("/organizations/{id}/secrets", organization)
                .then()
                .statusCode(201);
        Api.leave(organization, user);
        as(token).get("/organizations/{id}/secrets", organization).then().statusCode(404);
    }

    @Test
    void boundTokenNeedsAnOrganizationOfItsUser() {
        String organization = Api.organization();
        String user = Api.user();
        asAdmin()
                .body(Map.of("description", "lost", "user_id", user, "organization_id", organization))
                .post("/api-tokens")
                .then()
                .statusCode(404)
                .body("code", equalTo("reference_not_found"))
                .body("errors[0].pointer", equalTo("/organization_id"));
        Api.join(organization, user, "member");
        as(Api.tokenOf(user, organization))
                .get("/organizations/{id}", organization)
                .then()
                .statusCode(200);
    }

    @Test
    void tokenNeedsAnExistingUser() {
        asAdmin()
                .body(Map.of("description", "nobody's", "user_id", UUID.randomUUID()))
                .post("/api-tokens")
                .then()
                .statusCode(404)
                .body("code", equalTo("reference_not_found"))
                .body("errors[0].pointer", equalTo("/user_id"));
    }

    private static ExtractableResponse<Response> create(Map<String, String> body) {
        return asAdmin()
                .body(Api.tokenBody(body))
                .post("/api-tokens")
                .then()
                .statusCode(201)
                .extract();
    }
}
