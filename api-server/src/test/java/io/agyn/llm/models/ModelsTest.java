package io.agyn.llm.models;

import static io.agyn.testing.Api.asAdmin;
import static org.hamcrest.Matchers.equalTo;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
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

    private static Map<String, String> body(String name, String provider, String remoteModelName) {
        return Map.of("name", name, "provider_id", provider, "remote_model_name", remoteModelName);
    }
}
