package io.agyn.access;

import static io.agyn.Api.as;
import static io.agyn.Api.asAdmin;
import static io.agyn.Api.asNobody;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import io.agyn.Api;
import io.agyn.contract.Contract;
import io.agyn.contract.Contract.Operation;
import io.agyn.postgres.PostgresTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.UUID;
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
    void noOperationAnswersWithoutAToken() {
        contract.operations().values().forEach(operation -> asNobody()
                .request(operation.method(), pathOf(operation, UUID.randomUUID().toString()))
                .then()
                .statusCode(401)
                .contentType(startsWith("application/problem+json"))
                .header("WWW-Authenticate", equalTo("Bearer realm=\"agyn\""))
                .body("code", equalTo("unauthenticated")));
    }

    @Test
    void noOperationAnswersToAFalseToken() {
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
    void anOperationWithoutDeclaredPermissionsIsRefusedToTheAdministratorToo(String path) {
        asAdmin()
                .get(path)
                .then()
                .statusCode(403)
                .contentType(startsWith("application/problem+json"))
                .body("code", equalTo("forbidden"));
    }

    @Test
    void anotherTenantsOrganizationAnswersAsOneThatDoesNotExist() {
        String own = Api.organization();
        String foreign = Api.organization();
        String token = Api.tokenBoundTo(own);
        contract.operations().values().stream()
                .filter(operation -> operation.path().contains("{organization_id}"))
                .forEach(operation -> {
                    Response ofForeign = call(token, operation, foreign);
                    Response ofMissing =
                            call(token, operation, UUID.randomUUID().toString());
                    assertThat(ofForeign.statusCode()).as(operation.id()).isEqualTo(404);
                    assertThat(withoutRequestId(ofForeign)).as(operation.id()).isEqualTo(withoutRequestId(ofMissing));
                });
    }

    @Test
    void whatLiesInAnotherOrganizationIsNotFoundBelowOnesOwn() {
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
    void aReferenceToAnotherTenantsThingIsNotFoundAndNamesTheField() {
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
    void aBoundTokenReachesItsOrganizationAndNothingAroundIt() {
        String own = Api.organization();
        String token = Api.tokenBoundTo(own);
        as(token).get("/organizations/{own}", own).then().statusCode(200);
        as(token).get("/organizations").then().statusCode(200).body("items.id", equalTo(java.util.List.of(own)));
        as(token).get("/me").then().statusCode(200).body("organization_id", equalTo(own));
        as(token).body(Map.of("name", "x")).post("/organizations").then().statusCode(403);
        as(token).body(Map.of("description", "x")).post("/api-tokens").then().statusCode(403);
    }

    private static Response call(String token, Operation operation, String organization) {
        return as(token).request(operation.method(), pathOf(operation, organization));
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
