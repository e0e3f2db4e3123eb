package io.agyn.tokens;

import static io.agyn.testing.Api.as;
import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.testing.Database;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ExtractableResponse;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scopes, models and bindings of new and changed tokens. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class TokenRightsTest {
    @Inject
    Database database;

    private String organization;
    private String user;
    private String model;
    private String otherModel;

    @BeforeEach
    void createOrganization() {
        organization = Api.organization();
        user = Api.user();
        Api.join(organization, user, "owner");
        String provider = Api.provider(organization, Api.secret(organization, "v"));
        model = Api.model(organization, provider);
        otherModel = Api.model(organization, provider);
    }

    @Test
    void tokenCanOnlyCallModelsOfItsHomeByDefault() {
        post(Api.tokenOf(user), Map.of("description", "agent"))
                .statusCode(201)
                .body("scopes", equalTo(List.of("call_models")))
                .body("model_ids", nullValue())
                .body("organization_id", equalTo(organization));
    }

    @Test
    void nullLeavesATokenUnbound() {
        Map<String, Object> body = new HashMap<>(Map.of("description", "agent"));
        body.put("organization_id", null);
        post(Api.tokenOf(user), body).statusCode(201).body("organization_id", nullValue());
    }

    @Test
    void tokenOfAUserWithoutAnOrganizationIsUnbound() {
        post(Api.tokenOf(Api.user()), Map.of("description", "agent"))
                .statusCode(201)
                .body("organization_id", nullValue());
    }

    @Test
    void missingScopeIsNamed() {
        String token = Api.token(Map.of("scopes", List.of("read"), "user_id", user));
        as(token)
                .body(Map.of("name", "renamed"))
                .put("/organizations/{id}", organization)
                .then()
                .statusCode(403)
                .header(
                        "WWW-Authenticate",
                        equalTo("Bearer realm=\"agyn\", error=\"insufficient_scope\", scope=\"manage\""))
                .body("code", equalTo("insufficient_scope"))
                .body("detail", containsString("the scope manage"));
        as(token).get("/me").then().statusCode(200).body("scopes", equalTo(List.of("read")));
    }

    @Test
    void changeOfATokenIsEffective() {
        ExtractableResponse<Response> created = created(Map.of("user_id", user));
        String etag = Api.get("/api-tokens/{id}", created.<String>path("id"))
                .extract()
                .header("ETag");
        // A use does not change the entity tag.
        as(created.path("token"))
                .get("/organizations/{id}", organization)
                .then()
                .statusCode(200);

        asAdmin()
                .header("If-Match", etag)
                .body(Map.of("description", "changed", "scopes", List.of("call_models"), "model_ids", List.of(model)))
                .put("/api-tokens/{id}", created.<String>path("id"))
                .then()
                .statusCode(200)
                .body("description", equalTo("changed"))
                .body("scopes", equalTo(List.of("call_models")))
                .body("model_ids", equalTo(List.of(model)));

        as(created.path("token"))
                .get("/organizations/{id}", organization)
                .then()
                .statusCode(403);
        asAdmin()
                .header("If-Match", etag)
                .body(Map.of("description", "again", "scopes", List.of("read")))
                .put("/api-tokens/{id}", created.<String>path("id"))
                .then()
                .statusCode(412);
    }

    @Test
    void tokenGrantsOnlyItsOwnScopes() {
        String creator = Api.token(Map.of("user_id", user, "scopes", List.of("read", "manage_tokens")));
        post(creator, Map.of("description", "agent"))
                .statusCode(403)
                .body("code", equalTo("insufficient_scope"))
                .body("detail", containsString("call_models"));
        post(creator, Map.of("description", "x", "scopes", List.of("read", "manage", "reveal")))
                .statusCode(403)
                .body("detail", containsString("manage, reveal"));
        String id = post(creator, Map.of("description", "x", "scopes", List.of("read")))
                .statusCode(201)
                .extract()
                .path("id");
        as(creator)
                .body(Map.of("description", "x", "scopes", List.of("manage")))
                .put("/api-tokens/{id}", id)
                .then()
                .statusCode(403)
                .body("code", equalTo("insufficient_scope"));
    }

    @Test
    void tokenGrantsOnlyItsOwnModels() {
        String creator = Api.token(Map.of("user_id", user, "model_ids", List.of(model)));
        post(creator, Map.of("description", "all")).statusCode(403).body("detail", containsString(model));
        post(creator, Map.of("description", "more", "model_ids", List.of(model, otherModel)))
                .statusCode(403)
                .body("code", equalTo("forbidden"))
                .body("detail", containsString(otherModel));
        post(creator, Map.of("description", "same", "model_ids", List.of(model)))
                .statusCode(201)
                .body("model_ids", equalTo(List.of(model)));
        post(creator, Map.of("description", "none", "model_ids", List.of()))
                .statusCode(201)
                .body("model_ids", equalTo(List.of()));
    }

    @Test
    void modelsOfOtherTenantsAreUnknown() {
        String foreign = Api.organization();
        String theirs = Api.model(foreign, Api.provider(foreign, Api.secret(foreign, "v")));
        String creator = Api.tokenOf(user);
        for (String unknown : List.of(theirs, UUID.randomUUID().toString())) {
            post(creator, Map.of("description", "x", "model_ids", List.of(unknown)))
                    .statusCode(404)
                    .body("code", equalTo("reference_not_found"))
                    .body("errors[0].pointer", equalTo("/model_ids"))
                    .body("detail", containsString(unknown));
        }
    }

    @Test
    void deletedModelStaysInATokenThatIsChanged() {
        String id =
                created(Map.of("user_id", user, "model_ids", List.of(model))).path("id");
        asAdmin()
                .delete("/organizations/{o}/models/{id}", organization, model)
                .then()
                .statusCode(204);
        asAdmin()
                .body(Map.of("description", "x", "scopes", List.of("call_models"), "model_ids", List.of(model)))
                .put("/api-tokens/{id}", id)
                .then()
                .statusCode(200)
                .body("model_ids", equalTo(List.of(model)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"description\": \"x\", \"scopes\": []} | /scopes | Must have 1 to 5 items, not 0.",
                "{\"description\": \"x\", \"scopes\": [\"read\", \"read\"]} | /scopes | Must not repeat an item.",
                "{\"description\": \"x\", \"scopes\": [\"write\"]} | /scopes/0 | Must be one of: call_models, read,"
                        + " manage, manage_tokens, reveal.",
                "{\"description\": \"x\", \"scopes\": \"read\"} | /scopes | Must be an array, not a string.",
                "{\"description\": \"x\", \"model_ids\": [\"gpt\"]} | /model_ids/0 | Must be a UUID, such as"
                        + " 0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f.",
                "{\"description\": \"x\", \"model_ids\": [], \"default_model_id\":"
                        + " \"0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f\"} | /default_model_id | Must be one of the"
                        + " model_ids; the token could not call it.",
            })
    void invalidRightsAreNamed(String body, String pointer, String detail) {
        asAdmin()
                .body(body)
                .post("/api-tokens")
                .then()
                .statusCode(400)
                .body("errors.pointer", equalTo(List.of(pointer)))
                .body("errors.detail", equalTo(List.of(detail)));
    }

    @Test
    void lastUseIsShownWithAddressAndProgram() {
        ExtractableResponse<Response> created = created(Map.of("user_id", user));
        as(created.path("token"))
                .header("User-Agent", "agent/1.0")
                .get("/me")
                .then()
                .statusCode(200);
        as(created.path("token"))
                .header("User-Agent", "later/2.0")
                .get("/me")
                .then()
                .statusCode(200);
        Api.get("/api-tokens/{id}", created.<String>path("id"))
                .body("last_used_address", equalTo("127.0.0.1"))
                .body("last_used_user_agent", equalTo("agent/1.0"));
    }

    @Test
    void rowsOfThePreviousReleaseHaveAllScopes() throws SQLException {
        Plaintext plaintext = Plaintext.random();
        database.execute(
                "insert into api_token (id, user_id, description, prefix, token_hash, created_at, updated_at)"
                        + " values (gen_random_uuid(), ?::uuid, 'old', ?, decode(?, 'hex'), now(), now())",
                user,
                plaintext.prefix(),
                HexFormat.of().formatHex(plaintext.hash()));
        as(plaintext.reveal())
                .get("/me")
                .then()
                .body("scopes", equalTo(Api.ALL_SCOPES))
                .body("model_ids", nullValue());
    }

    @Test
    void ownersListAndRevokeTheTokensOfTheirOrganization() {
        String member = Api.user();
        Api.join(organization, member, "member");
        String used = Api.tokenOf(member, organization);
        as(used).get("/me").then().statusCode(200);
        String unused = created(Map.of(
                        "user_id",
                        user,
                        "organization_id",
                        organization,
                        "expires_at",
                        "2099-01-01T00:00:00Z",
                        "description",
                        "nightly"))
                .path("id");
        Api.tokenOf(member);
        Api.tokenBoundTo(Api.organization());
        String owner = Api.tokenOf(user);

        assertThat(list(owner, "").<List<String>>path("items.user_id")).containsExactly(member, user);
        assertThat(list(owner, "?used=false").<List<String>>path("items.id")).containsExactly(unused);
        assertThat(list(owner, "?used=true").<List<String>>path("items.user_id"))
                .containsExactly(member);
        assertThat(list(owner, "?user_id=" + member).<List<String>>path("items.user_id"))
                .containsExactly(member);
        assertThat(list(owner, "?search=night").<List<String>>path("items.id")).containsExactly(unused);
        assertThat(list(owner, "?expires_before=2099-01-02T00:00:00Z").<List<String>>path("items.id"))
                .containsExactly(unused);
        assertThat(list(owner, "?expires_before=2098-01-02T00:00:00Z").<List<String>>path("items.id"))
                .isEmpty();

        String id = list(owner, "?used=true").path("items[0].id");
        as(owner)
                .delete("/organizations/{o}/api-tokens/{id}", organization, id)
                .then()
                .statusCode(204);
        as(used).get("/me").then().statusCode(401);
    }

    @Test
    void ownersRevokeNoOtherTokens() {
        String owner = Api.tokenOf(user);
        String foreign = Api.organization();
        String elsewhere = created(Map.of("organization_id", foreign)).path("id");
        String unbound = created(Map.of("user_id", user)).path("id");
        for (String id : List.of(elsewhere, unbound, UUID.randomUUID().toString())) {
            as(owner)
                    .delete("/organizations/{o}/api-tokens/{id}", organization, id)
                    .then()
                    .statusCode(404);
        }
        as(owner).get("/organizations/{o}/api-tokens", foreign).then().statusCode(404);
    }

    private ExtractableResponse<Response> list(String token, String query) {
        return as(token)
                .get("/organizations/" + organization + "/api-tokens" + query)
                .then()
                .statusCode(200)
                .extract();
    }

    private static ValidatableResponse post(String token, Map<String, ?> body) {
        return as(token).body(body).post("/api-tokens").then();
    }

    private static ExtractableResponse<Response> created(Map<String, ?> fields) {
        return asAdmin()
                .body(Api.tokenBody(fields))
                .post("/api-tokens")
                .then()
                .statusCode(201)
                .extract();
    }
}
