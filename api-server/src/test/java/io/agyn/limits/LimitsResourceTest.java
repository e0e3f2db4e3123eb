package io.agyn.limits;

import static io.agyn.testing.Api.as;
import static io.agyn.testing.Api.asAdmin;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.oneOf;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.testing.Database;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class LimitsResourceTest {
    private static final String LIMITS = "/organizations/{o}/limits";
    private static final String LIMIT = LIMITS + "/{l}";

    @Inject
    Database database;

    private String organization;

    @BeforeEach
    void aFreshOrganization() {
        organization = Api.organization();
    }

    private static Map<String, Object> body(String type, String id, String measure, String window) {
        Map<String, Object> subject = new HashMap<>();
        subject.put("type", type);
        subject.put("id", id);
        Map<String, Object> body = new HashMap<>();
        body.put("name", Api.freshName("limit"));
        body.put("applies_to", subject);
        body.put("measure", measure);
        body.put("amount", "500");
        body.put("window", window);
        return body;
    }

    private ValidatableResponse create(Map<String, Object> body) {
        return asAdmin().body(body).post(LIMITS, organization).then();
    }

    @Test
    void limitHasItsFieldsAndDefaults() {
        Map<String, Object> body = body("user", null, "tokens", "day");
        String id = create(body)
                .statusCode(201)
                .body("action", equalTo("block"))
                .extract()
                .path("id");
        Api.get(LIMIT, organization, id)
                .body("name", equalTo(body.get("name")))
                .body("applies_to", equalTo(body.get("applies_to")))
                .body("measure", equalTo("tokens"))
                .body("amount", equalTo("500"))
                .body("window", equalTo("day"))
                .body("used", equalTo("0"))
                .body("resets_at", endsWith("T00:00:00Z"));
    }

    @Test
    void concurrentCallsHaveNoWindow() {
        create(body("organization", null, "concurrent_calls", null))
                .statusCode(201)
                .body("window", nullValue())
                .body("resets_at", nullValue());
        create(body("organization", null, "concurrent_calls", "day"))
                .statusCode(400)
                .body("errors.pointer", equalTo(List.of("/window")));
        create(body("organization", null, "calls", null))
                .statusCode(400)
                .body("errors.pointer", equalTo(List.of("/window")));
    }

    @Test
    void amountIsAWholeNumber() {
        for (String amount : Arrays.asList("-1", "1.5", "", "1e3", "01", "1000000000000000")) {
            Map<String, Object> body = body("organization", null, "calls", "day");
            body.put("amount", amount);
            create(body).statusCode(400).body("errors[0].pointer", equalTo("/amount"));
        }
    }

    @Test
    void subjectIsInTheOrganization() {
        String secret = Api.secret(organization, "v");
        String provider = Api.provider(organization, secret);
        String user = Api.user();
        Api.join(organization, user, "member");
        String token = as(Api.tokenBoundTo(organization)).get("/me").path("api_token_id");
        Map<String, String> subjects = Map.of(
                "organization", organization,
                "user", user,
                "api_token", token,
                "model", Api.model(organization, provider),
                "llm_provider", provider);
        String other = Api.organization();
        subjects.forEach((type, id) -> {
            create(body(type, id, "calls", "hour")).statusCode(201).body("applies_to.id", equalTo(id));
            asAdmin()
                    .body(body(type, id, "calls", "hour"))
                    .post(LIMITS, other)
                    .then()
                    .statusCode(404)
                    .body("code", equalTo("reference_not_found"))
                    .body("errors[0].pointer", equalTo("/applies_to/id"));
        });
    }

    @Test
    void limitIsDeletedWithItsSubject() {
        String model = Api.model(organization, Api.provider(organization, Api.secret(organization, "v")));
        String id = create(body("model", model, "calls", "day")).extract().path("id");
        asAdmin()
                .delete("/organizations/{o}/models/{m}", organization, model)
                .then()
                .statusCode(204);
        asAdmin().get(LIMIT, organization, id).then().statusCode(404);
    }

    @Test
    void usedIsThatOfTheCurrentWindow() throws Exception {
        String day = create(body("user", null, "calls", "day")).extract().path("id");
        String hour = create(body("user", null, "calls", "hour")).extract().path("id");
        String insert = """
            insert into limit_counter (limit_id, subject_id, window_start, used, updated_at)
            values (?::uuid, gen_random_uuid(), ?::timestamptz, ?, now() - interval '30 minutes')\
            """;
        database.execute(insert, day, "2026-01-01T00:00:00Z", 400.0);
        database.execute(insert, hour, "1970-01-01T00:00:00Z", 400.0);
        Api.get(LIMIT, organization, day).body("used", equalTo("0"));
        // Half of the amount has refilled.
        Api.get(LIMIT, organization, hour).body("used", oneOf("150", "149"));
        database.execute(insert, day, LocalDate.now(ZoneOffset.UTC) + "T00:00:00Z", 12.0);
        database.execute(insert, day, LocalDate.now(ZoneOffset.UTC) + "T00:00:00Z", 7.0);
        Api.get(LIMIT, organization, day).body("used", equalTo("12"));
    }

    @Test
    void organizationHasATimeZoneForWindows() {
        asAdmin()
                .body(Map.of("name", "Acme", "time_zone", "Asia/Tokyo"))
                .put("/organizations/{o}", organization)
                .then()
                .statusCode(200)
                .body("time_zone", equalTo("Asia/Tokyo"));
        create(body("user", null, "calls", "month")).statusCode(201).body("resets_at", endsWith("T15:00:00Z"));
        asAdmin()
                .body(Map.of("name", "Acme"))
                .put("/organizations/{o}", organization)
                .then()
                .body("time_zone", equalTo("Asia/Tokyo"));
        asAdmin()
                .body(Map.of("name", "Acme", "time_zone", "Mars/Olympus"))
                .put("/organizations/{o}", organization)
                .then()
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/time_zone"));
    }

    @Test
    void organizationHasAtMost100Limits() throws Exception {
        String id = create(body("user", null, "calls", "day")).extract().path("id");
        database.execute("""
                insert into call_limit (id, organization_id, name, subject_type, measure, amount, time_window, action,
                    created_at, updated_at)
                select gen_random_uuid(), organization_id, 'copy ' || n, subject_type, measure, amount, time_window, action,
                    now(), now()
                from call_limit, generate_series(2, 100) n where id = ?::uuid\
                """, id);
        create(body("user", null, "calls", "day")).statusCode(409).body("code", equalTo("limit_reached"));
    }

    @Test
    void memberReadsAndOwnerWrites() {
        String id = create(body("user", null, "calls", "day")).extract().path("id");
        String member = Api.tokenOfNew("member", organization);
        as(member).get(LIMIT, organization, id).then().statusCode(200);
        as(member).delete(LIMIT, organization, id).then().statusCode(403);
        as(Api.tokenOfNew("owner", organization))
                .delete(LIMIT, organization, id)
                .then()
                .statusCode(204);
        as(Api.tokenOfNew("owner", Api.organization()))
                .get(LIMIT, organization, id)
                .then()
                .statusCode(404);
    }
}
