package io.agyn.audit;

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
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Writes, reveals and denials are in the audit log, which can be read. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class AuditTest {
    // Read-only operations, as their method shows.
    private static final Set<String> NO_WRITES = Set.of("testModel", "checkSecret", "checkSecretProvider");

    @Inject
    Contract contract;

    @Test
    void everyWriteAndRevealOfTheContractIsInTheLog() {
        String organization = Api.organization();
        String secret = Api.secret(organization, "sk-1");
        String provider = Api.provider(organization, secret);
        String model = Api.model(organization, provider);
        asAdmin()
                .post("/organizations/{o}/secrets/{s}/reveal", organization, secret)
                .then()
                .statusCode(200);
        asAdmin()
                .post("/organizations/{o}/llm-providers/{p}/reveal-credentials", organization, provider)
                .then()
                .statusCode(200);
        put("/organizations/{o}/models/{m}", Api.modelBody("gpt", provider), organization, model);
        put("/organizations/{o}/llm-providers/{p}", Api.providerBody("bearer", Map.of()), organization, provider);
        put("/organizations/{o}/secrets/{s}", Map.of("name", "renamed"), organization, secret);
        String vault = Api.secretProvider(organization);
        asAdmin()
                .post("/organizations/{o}/secret-providers/{v}/reveal-credentials", organization, vault)
                .then()
                .statusCode(200);
        put(
                "/organizations/{o}/secret-providers/{v}",
                Api.secretProviderBody(Map.of("address", "http://renamed:8200")),
                organization,
                vault);
        delete("/organizations/{o}/secret-providers/{v}", organization, vault);
        put("/organizations/{o}", Map.of("name", "renamed"), organization);
        String user = Api.user();
        Api.join(organization, user, "member");
        put("/organizations/{o}/members/{u}", Map.of("role", "owner"), organization, user);
        delete("/organizations/{o}/models/{m}", organization, model);
        delete("/organizations/{o}/llm-providers/{p}", organization, provider);
        delete("/organizations/{o}/secrets/{s}", organization, secret);
        String leaver = Api.user();
        Api.join(organization, leaver, "member");
        delete("/organizations/{o}/members/{u}", organization, leaver);

        changeAccess(organization);
        List<String> seen = Api.auditEvents(organization).getList("items.operation");
        String another = Api.user();
        Api.setState(another, "suspended");
        delete("/users/{u}", another);
        String bound = Api.organization();
        Api.tokenBoundTo(bound);
        String token = asAdmin()
                .body(Api.tokenBody(Map.of("description", "to be revoked")))
                .post("/api-tokens")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        delete("/api-tokens/{t}", token);
        delete("/organizations/{o}", organization);
        List<String> outside = asAdmin().get("/audit-events?page_size=1000").path("items.operation");

        Set<String> all = new TreeSet<>(seen);
        all.addAll(outside);
        Set<String> writes = contract.operations().values().stream()
                .filter(operation -> !operation.method().equals("GET"))
                .map(Operation::id)
                .filter(id -> !NO_WRITES.contains(id))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(all).containsAll(writes);
    }

    @Test
    void eventHasUserOperationTimeAddressAndFieldNames() {
        String organization = Api.organization();
        String secret = Api.secret(organization, "sk-before");

        String requestId = asAdmin()
                .header("User-Agent", "a test/1.0")
                .body(Map.of("name", "renamed", "value", "sk-after"))
                .put("/organizations/{o}/secrets/{s}", organization, secret)
                .then()
                .statusCode(200)
                .extract()
                .header("X-Request-Id");

        JsonPath me = asAdmin().get("/me").jsonPath();
        asAdmin()
                .get("/organizations/{o}/audit-events?operation=updateSecret", organization)
                .then()
                .statusCode(200)
                .body("items.size()", equalTo(1))
                .body("items[0].organization_id", equalTo(organization))
                .body("items[0].outcome", equalTo("done"))
                .body("items[0].resource_id", equalTo(secret))
                .body("items[0].changed_fields", equalTo(List.of("name", "value")))
                .body("items[0].user_id", equalTo(me.getString("id")))
                .body("items[0].user_name", equalTo(me.getString("name")))
                .body("items[0].api_token_id", equalTo(me.getString("api_token_id")))
                .body("items[0].address", equalTo("127.0.0.1"))
                .body("items[0].user_agent", equalTo("a test/1.0"))
                .body("items[0].request_id", equalTo(requestId));
        assertThat(asAdmin()
                        .get("/organizations/{o}/audit-events", organization)
                        .asString())
                .doesNotContain("sk-before", "sk-after");
    }

    @Test
    void failedWriteLeavesNoEvent() {
        String organization = Api.organization();
        String secret = Api.secret(organization, "sk-1");
        Api.provider(organization, secret);

        asAdmin()
                .delete("/organizations/{o}/secrets/{s}", organization, secret)
                .then()
                .statusCode(409);

        assertThat(Api.auditEvents(organization).getList("items.operation")).doesNotContain("deleteSecret");
    }

    @Test
    void repeatedDenialsAreLoggedOnceAMinute() {
        String own = Api.organization();
        String foreign = Api.organization();
        String user = Api.user();
        Api.join(own, user, "member");
        String token = Api.tokenOf(user, own);

        for (int i = 0; i < 3; i++) {
            as(token).get("/organizations/{o}/secrets", foreign).then().statusCode(404);
            as(token).get("/api-tokens").then().statusCode(403);
        }
        Api.awaitAnonymousDenial(
                "listSecrets",
                () -> asNobody().get("/organizations/{o}/secrets", own).then().statusCode(401));

        JsonPath outside = asAdmin()
                .get("/audit-events?outcome=denied&page_size=1000")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(outside.getList("items.findAll { it.user_id == '" + user + "' }.code"))
                .containsExactlyInAnyOrder("not_found", "forbidden");
        assertThat(outside.getList("items.findAll { it.resource_id == '" + foreign + "' }.code"))
                .containsExactly("not_found");
        assertThat(Api.auditEvents(foreign).getList("items.outcome")).doesNotContain("denied");
    }

    @Test
    void deniedOperationNamesItsResource() {
        String organization = Api.organization();
        String member = Api.tokenOfNew("member", organization);
        List<String> secrets = List.of(Api.secret(organization, "sk-1"), Api.secret(organization, "sk-2"));
        for (String secret : secrets) {
            as(member)
                    .post("/organizations/{o}/secrets/{s}/reveal", organization, secret)
                    .then()
                    .statusCode(403);
        }

        JsonPath events = Api.auditEvents(organization);
        assertThat(events.getList("items.findAll { it.outcome == 'denied' }.resource_id"))
                .containsExactlyInAnyOrderElementsOf(secrets);
    }

    @Test
    void requestsForInventedIdsDoNotFillTheLog() {
        String member = Api.tokenOfNew("member", Api.organization());
        for (int i = 0; i < DeniedAccess.MAX_PER_CALLER + 20; i++) {
            asNobody()
                    .get("/organizations/{o}/models", UUID.randomUUID())
                    .then()
                    .statusCode(401);
            as(member)
                    .get("/organizations/{o}/models", UUID.randomUUID())
                    .then()
                    .statusCode(404);
        }

        JsonPath outside = asAdmin()
                .get("/audit-events?outcome=denied&operation=listModels&page_size=1000")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(outside.getList("items.findAll { it.code == 'unauthenticated' }"))
                .hasSizeLessThanOrEqualTo(2);
        assertThat(outside.getList("items.findAll { it.code == 'not_found' }")).hasSizeLessThan(20);
    }

    @Test
    void callWithAnInvalidTokenIsLogged() {
        Api.awaitAnonymousDenial("callModel", () -> RestAssured.given()
                .header("Authorization", "Bearer agyn_none")
                .body("{\"model\":\"gpt\"}")
                .post("/v1/responses")
                .then()
                .statusCode(401));
    }

    @Test
    void clusterAdminsReadTheAuditLogOfADeletedOrganization() {
        String organization = Api.organization();
        String secret = Api.secret(organization, "sk-1");
        asAdmin()
                .post("/organizations/{o}/secrets/{s}/reveal", organization, secret)
                .then()
                .statusCode(200);
        asAdmin()
                .delete("/organizations/{o}/secrets/{s}", organization, secret)
                .then()
                .statusCode(204);
        asAdmin().delete("/organizations/{o}", organization).then().statusCode(204);

        assertThat(asAdmin()
                        .get("/audit-events?organization_id=" + organization)
                        .then()
                        .statusCode(200)
                        .extract()
                        .jsonPath()
                        .getList("items.operation"))
                .containsExactly("deleteSecret", "revealSecret", "createSecret");
    }

    @Test
    void logIsReadInPagesByFilterAndAsJsonLines() {
        String organization = Api.organization();
        List<String> secrets = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            secrets.add(Api.secret(organization, "sk-" + i));
        }

        List<String> paged = new ArrayList<>();
        String next = "";
        while (next != null) {
            JsonPath page = asAdmin()
                    .queryParams(next.isEmpty() ? Map.of() : Map.of("page_token", next))
                    .get("/organizations/{o}/audit-events?page_size=2&operation=createSecret", organization)
                    .then()
                    .statusCode(200)
                    .extract()
                    .jsonPath();
            paged.addAll(page.getList("items.resource_id"));
            next = page.getString("next_page_token");
        }
        Collections.reverse(secrets);
        assertThat(paged).isEqualTo(secrets);

        asAdmin()
                .get("/organizations/{o}/audit-events?resource_id=" + secrets.getFirst(), organization)
                .then()
                .body("items.size()", equalTo(1));
        asAdmin()
                .get("/organizations/{o}/audit-events?from=2000-01-01T00:00:00Z&to=2000-01-02T00:00:00Z", organization)
                .then()
                .body("items.size()", equalTo(0));
        asAdmin()
                .get("/organizations/{o}/audit-events?outcome=maybe", organization)
                .then()
                .statusCode(400)
                .body("errors[0].parameter", equalTo("outcome"));

        String lines = asAdmin()
                .accept("application/x-ndjson")
                .get("/organizations/{o}/audit-events/export?operation=createSecret", organization)
                .then()
                .statusCode(200)
                .contentType(startsWith("application/x-ndjson"))
                .extract()
                .asString();
        assertThat(lines.lines().map(line -> JsonPath.from(line).getString("resource_id")))
                .containsExactlyElementsOf(secrets);
    }

    @Test
    void revealReturnsThePlaintextAndForbidsCaching() {
        String organization = Api.organization();
        String secret = Api.secret(organization, "sk-1");
        String headers = asAdmin()
                .body(Api.providerBody("custom_headers", Map.of("custom_headers", Map.of("X-Key", "sk-2"))))
                .post("/organizations/{o}/llm-providers", organization)
                .path("id");
        String token = asAdmin()
                .body(Api.providerBody("bearer", Map.of("token", "sk-3")))
                .post("/organizations/{o}/llm-providers", organization)
                .path("id");

        asAdmin()
                .post("/organizations/{o}/secrets/{s}/reveal", organization, secret)
                .then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body("value", equalTo("sk-1"));
        asAdmin()
                .post("/organizations/{o}/llm-providers/{p}/reveal-credentials", organization, headers)
                .then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body("token", equalTo(null))
                .body("custom_headers", equalTo(Map.of("X-Key", "sk-2")));
        asAdmin()
                .post("/organizations/{o}/llm-providers/{p}/reveal-credentials", organization, token)
                .then()
                .body("token", equalTo("sk-3"))
                .body("custom_headers", equalTo(null));
    }

    /** Changes invitations, group mappings, tokens and memberships of an organization. */
    private static void changeAccess(String organization) {
        String user = Api.user();
        String token = Api.tokenOf(user);
        for (String decision : List.of("accept", "decline")) {
            as(token)
                    .post("/me/invitations/{i}/" + decision, Api.invite(organization, user, "member"))
                    .then()
                    .statusCode(200);
            as(token).delete("/me/memberships/{o}", organization);
        }
        as(token).body(Map.of()).put("/me").then().statusCode(200);
        String pending = Api.invite(organization, user, "member");
        asAdmin()
                .post("/organizations/{o}/invitations/{i}/resend", organization, pending)
                .then()
                .statusCode(200);
        delete("/organizations/{o}/invitations/{i}", organization, pending);
        String mapping = Api.groupMapping(organization);
        put("/organizations/{o}/group-mappings/{m}", Map.of("role", "owner"), organization, mapping);
        delete("/organizations/{o}/group-mappings/{m}", organization, mapping);
        String limit = Api.limit(organization, Map.of("measure", "tokens"));
        Map<String, Object> raised = Map.of(
                "name",
                "raised",
                "applies_to",
                Map.of("type", "user"),
                "measure",
                "calls",
                "amount",
                "5",
                "window",
                "day");
        put("/organizations/{o}/limits/{l}", raised, organization, limit);
        delete("/organizations/{o}/limits/{l}", organization, limit);
        String bound = asAdmin()
                .body(Api.tokenBody(Map.of("organization_id", organization)))
                .post("/api-tokens")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        put("/api-tokens/{t}", Map.of("description", "renamed", "scopes", List.of("read")), bound);
        delete("/organizations/{o}/api-tokens/{t}", organization, bound);
    }

    private static void put(String path, Map<String, ?> body, Object... ids) {
        asAdmin().body(body).put(path, ids).then().statusCode(200);
    }

    private static void delete(String path, Object... ids) {
        asAdmin().delete(path, ids).then().statusCode(204);
    }
}
