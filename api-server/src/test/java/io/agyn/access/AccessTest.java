package io.agyn.access;

import static io.agyn.testing.Api.as;
import static io.agyn.testing.Api.asAdmin;
import static io.agyn.testing.Api.asNobody;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import io.agyn.contract.Contract;
import io.agyn.contract.Contract.Operation;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class AccessTest {
    private static final String WELL_FORMED_BUT_UNKNOWN = "agyn_" + "0".repeat(44);

    @Inject
    Contract contract;

    @Test
    void everyOperationRequiresAToken() {
        contract.operations().values().forEach(operation -> asNobody()
                .request(operation.method(), pathOf(operation, UUID.randomUUID().toString()))
                .then()
                .statusCode(401)
                .contentType(startsWith("application/problem+json"))
                .header("WWW-Authenticate", equalTo("Bearer realm=\"agyn\""))
                .body("code", equalTo("unauthenticated")));
    }

    @Test
    void everyOperationRejectsAnInvalidToken() {
        for (String token : new String[] {WELL_FORMED_BUT_UNKNOWN, "agyn_short", "sk-something"}) {
            contract.operations().values().forEach(operation -> as(token)
                    .request(
                            operation.method(),
                            pathOf(operation, UUID.randomUUID().toString()))
                    .then()
                    .statusCode(401)
                    .header("WWW-Authenticate", startsWith("Bearer realm=\"agyn\", error=\"invalid_token\"")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/undeclared", "/undeclared/colliding"})
    void operationWithoutPermissionsIsDeniedEvenToAdmins(String path) {
        asAdmin()
                .get(path)
                .then()
                .statusCode(403)
                .contentType(startsWith("application/problem+json"))
                .body("code", equalTo("forbidden"));
    }

    @Test
    void anotherTenantsOrganizationIsNotFound() {
        String own = Api.organization();
        String foreign = Api.organization();
        for (String token : callers(own)) {
            contract.operations().values().stream()
                    .filter(operation -> operation.path().contains("{organization_id}"))
                    .forEach(operation -> assertAlike(
                            operation.id(),
                            call(token, operation, foreign),
                            call(token, operation, UUID.randomUUID().toString())));
        }
    }

    @Test
    void anotherTenantsResourcesAreNotFound() {
        String own = Api.organization();
        String foreign = Api.organization();
        String secret = Api.secret(foreign, "v");
        String provider = Api.provider(foreign, secret);
        String stranger = Api.user();
        Api.join(foreign, stranger, "member");
        Map<String, String> ids = Map.of(
                "{secret_id}", secret,
                "{secret_provider_id}", Api.secretProvider(foreign),
                "{provider_id}", provider,
                "{model_id}", Api.model(foreign, provider),
                "{user_id}", stranger);
        for (String token : callers(own)) {
            for (Operation operation : contract.operations().values()) {
                ids.forEach((parameter, id) -> {
                    String template = operation.path().replace("{organization_id}", own);
                    if (template.contains(parameter) && !template.equals(operation.path())) {
                        String path = template.replace(parameter, id);
                        String missing =
                                template.replace(parameter, UUID.randomUUID().toString());
                        // The current entity tag, for callers who may see the resource.
                        String tag = asAdmin()
                                .get(operation
                                        .path()
                                        .replace("{organization_id}", foreign)
                                        .replace(parameter, id)
                                        .replaceAll("/(test|check|reveal|reveal-credentials)$", ""))
                                .header("ETag");
                        assertAlike(operation.id(), ask(token, operation, path), ask(token, operation, missing));
                        assertAlike(
                                operation.id() + " with If-Match",
                                ask(as(token).header("If-Match", tag), operation, path),
                                ask(as(token).header("If-Match", tag), operation, missing));
                    }
                });
            }
        }
    }

    @Test
    void anotherUsersTokensAreNotFound() {
        String own = Api.organization();
        String token = Api.tokenOfNew("owner", own);
        String neighbour = Api.user();
        Api.join(own, neighbour, "member");
        Response theirs =
                asAdmin().body(Api.tokenBody(Map.of("user_id", neighbour))).post("/api-tokens");
        String id = theirs.path("id");
        for (String method : new String[] {"GET", "DELETE"}) {
            assertAlike(
                    method,
                    as(token).header("If-Match", theirs.header("ETag")).request(method, "/api-tokens/" + id),
                    as(token)
                            .header("If-Match", theirs.header("ETag"))
                            .request(method, "/api-tokens/" + UUID.randomUUID()));
        }
        Api.get("/api-tokens/{id}", id);
        for (String user : List.of(neighbour, UUID.randomUUID().toString())) {
            as(token)
                    .queryParam("user_id", user)
                    .get("/api-tokens")
                    .then()
                    .statusCode(200)
                    .body("items", equalTo(List.of()));
        }
    }

    @Test
    void anotherTenantsIdsInBodiesAreNotFound() {
        String own = Api.organization();
        String foreign = Api.organization();
        String secret = Api.secret(foreign, "v");
        String provider = Api.provider(foreign, secret);
        String token = Api.tokenOfNew("owner", own);
        String ownProvider = Api.provider(own, Api.secret(own, "v"));
        String ownModel = Api.model(own, ownProvider);
        assertReferenceAlike("token_secret_id", secret, id -> as(token)
                .body(Api.providerBody("bearer", Map.of("token_secret_id", id)))
                .post("/organizations/{own}/llm-providers", own));
        assertReferenceAlike("token_secret_id", secret, id -> as(token)
                .body(Api.providerBody("bearer", Map.of("token_secret_id", id)))
                .put("/organizations/{own}/llm-providers/{id}", own, ownProvider));
        assertReferenceAlike("provider_id", provider, id -> as(token)
                .body(Map.of("name", "m", "provider_id", id, "remote_model_name", "gpt-4o"))
                .post("/organizations/{own}/models", own));
        assertReferenceAlike("provider_id", provider, id -> as(token)
                .body(Map.of("name", "m", "provider_id", id, "remote_model_name", "gpt-4o"))
                .put("/organizations/{own}/models/{id}", own, ownModel));
        assertReferenceAlike("organization_id", foreign, id -> as(token)
                .body(Map.of("description", "lost", "organization_id", id))
                .post("/api-tokens"));
        assertReferenceAlike("user_id", Api.user(), id -> as(token)
                .body(Map.of("description", "not mine", "user_id", id))
                .post("/api-tokens"));
    }

    @Test
    void idsAndPageTokensOfAnotherTenantAreNotFound() {
        String own = Api.organization();
        String foreign = Api.organization();
        String ownSecret = Api.secret(own, "v");
        String foreignSecret = Api.secret(foreign, "v");
        Api.secret(foreign, "v");
        String later = Api.secret(own, "v");
        String token = Api.tokenOfNew("owner", own);
        String theirs = Api.get("/organizations/{id}/secrets?page_size=1", foreign)
                .body("items.id", equalTo(List.of(foreignSecret)))
                .extract()
                .path("next_page_token");
        as(token)
                .queryParam("page_token", theirs)
                .get("/organizations/{id}/secrets", own)
                .then()
                .statusCode(200)
                .body("items.id", equalTo(List.of(later)));
        as(token)
                .queryParam(
                        "name",
                        Api.get("/organizations/{org}/secrets/{id}", foreign, foreignSecret)
                                .extract()
                                .<String>path("name"))
                .get("/organizations/{id}/secrets", own)
                .then()
                .body("items", equalTo(List.of()));
        as(token)
                .queryParam(
                        "slug",
                        Api.get("/organizations/{id}", foreign).extract().<String>path("slug"))
                .get("/organizations")
                .then()
                .body("items", equalTo(List.of()));
        as(token)
                .get("/organizations/{id}/secrets/{secret}", own, ownSecret)
                .then()
                .statusCode(200);
    }

    /** A caller of each role that is limited to its organization. */
    private static List<String> callers(String own) {
        return List.of(
                Api.tokenBoundTo(own),
                Api.tokenOfNew("owner", own),
                Api.tokenOfNew("member", own),
                Api.tokenOf(Api.user()));
    }

    @Test
    void resourcesOfAnotherOrganizationAreNotFound() {
        String own = Api.organization();
        String foreign = Api.organization();
        String secret = Api.secret(foreign, "v");
        String provider = Api.provider(foreign, secret);
        String model = Api.model(foreign, provider);
        Map.of("secrets", secret, "llm-providers", provider, "models", model).forEach((collection, id) -> asAdmin()
                .get("/organizations/{own}/{collection}/{id}", own, collection, id)
                .then()
                .statusCode(404)
                .body("code", equalTo("not_found")));
    }

    @Test
    void referenceToAnotherTenantsResourceNamesTheField() {
        String own = Api.organization();
        String foreign = Api.organization();
        String foreignSecret = Api.secret(foreign, "v");
        asAdmin()
                .body(Api.providerBody("bearer", Map.of("token_secret_id", foreignSecret)))
                .post("/organizations/{own}/llm-providers", own)
                .then()
                .statusCode(404)
                .body("code", equalTo("reference_not_found"))
                .body("errors[0].pointer", equalTo("/token_secret_id"));
        String foreignProvider = Api.provider(foreign, foreignSecret);
        asAdmin()
                .body(Map.of("name", "m", "provider_id", foreignProvider, "remote_model_name", "gpt-4o"))
                .post("/organizations/{own}/models", own)
                .then()
                .statusCode(404)
                .body("errors[0].pointer", equalTo("/provider_id"));
    }

    @Test
    void boundTokenAccessesOnlyItsOrganization() {
        String own = Api.organization();
        String token = Api.tokenBoundTo(own);
        as(token).get("/organizations/{own}", own).then().statusCode(200);
        as(token).get("/organizations").then().statusCode(200).body("items.id", equalTo(List.of(own)));
        as(token).get("/me").then().statusCode(200).body("organization_id", equalTo(own));
        as(token).body(Map.of("name", "x")).post("/organizations").then().statusCode(403);
        as(token).body(Map.of("description", "x")).post("/api-tokens").then().statusCode(403);
    }

    private static Response call(String token, Operation operation, String organization) {
        return ask(token, operation, pathOf(operation, organization));
    }

    private static Response ask(String token, Operation operation, String path) {
        return ask(as(token), operation, path);
    }

    private static Response ask(RequestSpecification request, Operation operation, String path) {
        return (operation.takesBody() ? request.body(body(operation)) : request).request(operation.method(), path);
    }

    /** A complete body, since violations are reported before a missing resource. */
    private static Map<String, ?> body(Operation operation) {
        return switch (operation.id()) {
            case "updateSecret" -> Map.of("name", "a");
            case "updateSecretProvider" -> Api.secretProviderBody(Map.of("address", "http://vault:8200"));
            case "updateLlmProvider" -> Api.providerBody("bearer", Map.of("token", "t"));
            case "updateModel" ->
                Map.of("name", "a", "provider_id", UUID.randomUUID().toString(), "remote_model_name", "r");
            case "updateMember" -> Map.of("role", "member");
            default -> Map.of();
        };
    }

    private static void assertAlike(String what, Response ofForeign, Response ofMissing) {
        // Callers without permission are rejected earlier.
        assertThat(ofForeign.statusCode()).as(what).isIn(403, 404);
        assertThat(ofMissing.statusCode()).as(what).isEqualTo(ofForeign.statusCode());
        assertThat(withoutRequestId(ofForeign)).as(what).isEqualTo(withoutRequestId(ofMissing));
    }

    private static void assertReferenceAlike(String field, String foreign, Function<String, Response> call) {
        Response ofForeign = call.apply(foreign);
        Response ofMissing = call.apply(UUID.randomUUID().toString());
        ofForeign
                .then()
                .statusCode(404)
                .body("code", equalTo("reference_not_found"))
                .body("errors.pointer", equalTo(List.of("/" + field)));
        assertAlike(field, ofForeign, ofMissing);
    }

    private static String pathOf(Operation operation, String organization) {
        return operation
                .path()
                .replace("{organization_id}", organization)
                .replaceAll("\\{[^}]+}", UUID.randomUUID().toString());
    }

    private static String withoutRequestId(Response response) {
        return response.asString().replaceAll("\"request_id\":\"[^\"]*\"", "");
    }
}
