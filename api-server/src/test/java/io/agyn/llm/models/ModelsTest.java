package io.agyn.llm.models;

import static io.agyn.testing.Api.asAdmin;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class ModelsTest {
    private static final String MODELS = "/organizations/{org}/models";
    private static final String MODEL = MODELS + "/{id}";

    private String organization;
    private String provider;

    @BeforeEach
    void aFreshProvider() {
        organization = Api.organization();
        provider = Api.provider(organization, Api.secret(organization, "v"));
    }

    @Test
    void modelIsCreatedReadUpdatedAndDeleted() {
        String id = asAdmin()
                .body(body("fast", provider, "gpt-4o"))
                .post(MODELS, organization)
                .then()
                .statusCode(201)
                .body("name", equalTo("fast"))
                .body("organization_id", equalTo(organization))
                .body("provider_id", equalTo(provider))
                .body("remote_model_name", equalTo("gpt-4o"))
                .body("status", equalTo("ready"))
                .extract()
                .path("id");
        Api.get(MODELS + "?name=fast", organization).body("items.id", equalTo(List.of(id)));

        String other = Api.provider(organization, Api.secret(organization, "v"));
        asAdmin()
                .body(body("faster", other, "o3"))
                .put(MODEL, organization, id)
                .then()
                .statusCode(200);

        Api.get(MODEL, organization, id)
                .body("name", equalTo("faster"))
                .body("provider_id", equalTo(other))
                .body("remote_model_name", equalTo("o3"));
        asAdmin().delete(MODEL, organization, id).then().statusCode(204);
        asAdmin().get(MODEL, organization, id).then().statusCode(404);
        Api.get(MODELS, organization).body("items.size()", equalTo(0));
    }

    @Test
    void modelNeedsAnExistingProvider() {
        String id = Api.model(organization, provider);
        Map<String, String> body = body("lost", UUID.randomUUID().toString(), "gpt-4o");
        for (var rejection : List.of(
                asAdmin().body(body).post(MODELS, organization),
                asAdmin().body(body).put(MODEL, organization, id))) {
            rejection
                    .then()
                    .statusCode(404)
                    .body("code", equalTo("reference_not_found"))
                    .body("errors.pointer", equalTo(List.of("/provider_id")));
        }
    }

    @Test
    void twoOrganizationsMayHaveAModelOfTheSameName() {
        String neighbour = Api.organization();
        String theirs = Api.provider(neighbour, Api.secret(neighbour, "v"));
        asAdmin()
                .body(body("fast", provider, "gpt-4o"))
                .post(MODELS, organization)
                .then()
                .statusCode(201);
        asAdmin()
                .body(body("fast", theirs, "gpt-4o"))
                .post(MODELS, neighbour)
                .then()
                .statusCode(201);
    }

    @Test
    void optionalFieldsAreStoredAsSentAndClearedIfOmitted() {
        String entry = "{ \"display_name\": \"Schnell ⚡\",\n  \"description\": \"" + "x".repeat(131_000) + "\"}";
        Map<String, Object> body = new HashMap<>(body("fast", provider, "gpt-4o"));
        body.putAll(Map.of("alias", "anthropic-fast", "codex_catalog_entry", entry, "keep_alive_seconds", 0));
        String id = asAdmin()
                .body(body)
                .post(MODELS, organization)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        Api.get(MODEL, organization, id)
                .body("alias", equalTo("anthropic-fast"))
                .body("codex_catalog_entry", equalTo(entry))
                .body("keep_alive_seconds", equalTo(0));
        Api.get(MODELS + "?search=ROPIC-F", organization).body("items.id", equalTo(List.of(id)));

        asAdmin()
                .body(body("fast", provider, "gpt-4o"))
                .put(MODEL, organization, id)
                .then()
                .statusCode(200)
                .body("alias", nullValue())
                .body("codex_catalog_entry", nullValue())
                .body("keep_alive_seconds", nullValue());
    }

    @Test
    void aliasAndNameMustDifferFromThoseOfOtherModels() {
        create("first", "second-name");
        String other = create("other", null);
        assertTaken(aliased("third", "second-name"), other, "/alias");
        assertTaken(aliased("third", "first"), other, "/alias");
        assertTaken(aliased("second-name", null), other, "/name");
        assertTaken(aliased("second-name", "second-name"), other, "/alias");
        // A model may repeat its own name, and another organization's.
        asAdmin()
                .body(aliased("other", "other"))
                .put(MODEL, organization, other)
                .then()
                .statusCode(200);
        String neighbour = Api.organization();
        Map<String, Object> theirs = aliased("first", "second-name");
        theirs.put("provider_id", Api.provider(neighbour, Api.secret(neighbour, "v")));
        asAdmin().body(theirs).post(MODELS, neighbour).then().statusCode(201);
    }

    @Test
    void codexEntryThatCodexCannotReadIsRejected() {
        String model = create("fast", null);
        Map.of(
                        "{\"display_name\": }", "line 1, column",
                        "[]", "JSON object",
                        "{} {}", "valid JSON",
                        "{\"a\": 1, \"a\": 2}", "valid JSON",
                        "{\"visibility\": \"hidden\"}", "visibility",
                        "{\"supported_in_api\": null}", "supported_in_api",
                        "{\"priority\": 4294967296}", "priority",
                        "{\"supported_reasoning_levels\": [{\"effort\": \"\", \"description\": \"\"}]}", "effort",
                        "{\"truncation_policy\": {\"mode\": \"bytes\", \"limit\": -1}}", "truncation_policy")
                .forEach((entry, detail) -> {
                    Map<String, Object> body = new HashMap<>(body("slow", provider, "gpt-4o"));
                    body.put("codex_catalog_entry", entry);
                    for (var rejection : List.of(
                            asAdmin().body(body).post(MODELS, organization),
                            asAdmin().body(body).put(MODEL, organization, model))) {
                        rejection
                                .then()
                                .statusCode(400)
                                .body("errors.pointer", equalTo(List.of("/codex_catalog_entry")))
                                .body("errors[0].detail", containsString(detail));
                    }
                });
    }

    @Test
    void keepAliveIsAnIntegerWithinTheContractsBounds() {
        for (Object seconds : List.of(-1, 3601, 1.5, "15", 99_999_999_999L)) {
            Map<String, Object> body = new HashMap<>(body("slow", provider, "gpt-4o"));
            body.put("keep_alive_seconds", seconds);
            asAdmin()
                    .body(body)
                    .post(MODELS, organization)
                    .then()
                    .statusCode(400)
                    .body("errors.pointer", equalTo(List.of("/keep_alive_seconds")))
                    .body("errors[0].detail", containsString("from 0 to 3600"));
        }
    }

    private void assertTaken(Map<String, Object> body, String other, String pointer) {
        for (var rejection : List.of(
                asAdmin().body(body).post(MODELS, organization),
                asAdmin().body(body).put(MODEL, organization, other))) {
            rejection
                    .then()
                    .statusCode(409)
                    .body("code", equalTo("name_taken"))
                    .body("errors.pointer", equalTo(List.of(pointer)));
        }
    }

    private String create(String name, @Nullable String alias) {
        return asAdmin()
                .body(aliased(name, alias))
                .post(MODELS, organization)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private Map<String, Object> aliased(String name, @Nullable String alias) {
        Map<String, Object> body = new HashMap<>(body(name, provider, "gpt-4o"));
        body.put("alias", alias);
        return body;
    }

    private static Map<String, String> body(String name, String provider, String remoteModelName) {
        return Map.of("name", name, "provider_id", provider, "remote_model_name", remoteModelName);
    }
}
