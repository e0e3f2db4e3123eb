package io.agyn.tokens;

import static io.agyn.testing.Api.as;
import static io.agyn.testing.Api.asAdmin;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;

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
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A token never outlives the token that created it. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class TokenCreatorsTest {
    private static final Instant TOMORROW =
            Instant.now().plus(Duration.ofDays(1)).truncatedTo(ChronoUnit.MICROS);

    @Inject
    Database database;

    @Test
    void tokenNamesTheTokenThatCreatedIt() {
        ExtractableResponse<Response> parent = create(Api.adminToken(), Map.of());
        ExtractableResponse<Response> child = create(parent.path("token"), Map.of());

        assertThat(child.<String>path("created_by_token_id")).isEqualTo(parent.path("id"));
        Api.get("/api-tokens/{id}", child.<String>path("id"))
                .body("created_by_token_id", equalTo(parent.<String>path("id")));
        as(child.path("token"))
                .get("/api-tokens?page_size=1000")
                .then()
                .body("items.created_by_token_id", hasItem(parent.<String>path("id")));
        // The first token was not created by another.
        Api.get("/api-tokens/{id}", asAdmin().get("/me").<String>path("api_token_id"))
                .body("created_by_token_id", nullValue());
    }

    @Test
    void revocationReachesAllDescendants() {
        String user = Api.user();
        ExtractableResponse<Response> parent = create(Api.adminToken(), Map.of());
        ExtractableResponse<Response> child = create(parent.path("token"), Map.of());
        ExtractableResponse<Response> ofAnotherUser = create(child.path("token"), Map.of("user_id", user));
        ExtractableResponse<Response> grandchild = create(ofAnotherUser.path("token"), Map.of());

        asAdmin().delete("/api-tokens/{id}", parent.<String>path("id")).then().statusCode(204);

        for (ExtractableResponse<Response> revoked : List.of(child, ofAnotherUser, grandchild)) {
            as(revoked.path("token")).get("/me").then().statusCode(401);
            asAdmin().get("/api-tokens/{id}", revoked.<String>path("id")).then().statusCode(404);
        }
    }

    @Test
    void descendantsOfARevokedTokenAreForgottenByTheProxy() throws Exception {
        String organization = Api.organization();
        ExtractableResponse<Response> parent = create(Api.adminToken(), Map.of());
        String child = create(parent.path("token"), Map.of("organization_id", organization))
                .path("token");
        assertThat(listModels(child)).isEqualTo(200);

        asAdmin().delete("/api-tokens/{id}", parent.<String>path("id")).then().statusCode(204);

        await().atMost(Duration.ofSeconds(5)).until(() -> listModels(child) == 401);
    }

    @Test
    void tokenExpiresNoLaterThanItsCreator() {
        String parent = create(Api.adminToken(), Map.of("expires_at", TOMORROW.toString()))
                .path("token");

        assertThat(expiry(create(parent, Map.of()))).isEqualTo(TOMORROW);
        assertThat(expiry(create(parent, Map.of("expires_at", TOMORROW.toString()))))
                .isEqualTo(TOMORROW);
        Instant sooner = TOMORROW.minusSeconds(60);
        assertThat(expiry(create(parent, Map.of("expires_at", sooner.toString()))))
                .isEqualTo(sooner);
        as(parent)
                .body(Map.of(
                        "description",
                        "later",
                        "expires_at",
                        TOMORROW.plusSeconds(1).toString()))
                .post("/api-tokens")
                .then()
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/expires_at"))
                .body("errors[0].detail", containsString(TOMORROW.toString()));
    }

    @Test
    void tokenOfATokenThatNeverExpiresMayNeverExpire() {
        String parent = create(Api.adminToken(), Map.of()).path("token");

        assertThat(create(parent, Map.of()).<String>path("expires_at")).isNull();
    }

    @Test
    void revokedTokenCreatesNoOther() throws SQLException {
        String user = Api.as(Api.adminToken()).get("/me").path("id");

        // As if it were revoked while the request is processed.
        assertThatThrownBy(() -> database.execute("""
                        insert into api_token (id, user_id, description, prefix, token_hash, created_at, updated_at, created_by_token_id)
                        values (gen_random_uuid(), ?::uuid, 'late', 'agyn_0123456', sha256('late'), now(), now(), ?)\
                        """, user, UUID.randomUUID()))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("api_token_creator");
    }

    private static int listModels(String token) {
        return given().header("Authorization", "Bearer " + token)
                .get("/v1/models")
                .statusCode();
    }

    private static Instant expiry(ExtractableResponse<Response> token) {
        return OffsetDateTime.parse(token.<String>path("expires_at")).toInstant();
    }

    private static ExtractableResponse<Response> create(String creator, Map<String, ?> more) {
        return as(creator)
                .body(Api.tokenBody(more))
                .post("/api-tokens")
                .then()
                .statusCode(201)
                .extract();
    }
}
