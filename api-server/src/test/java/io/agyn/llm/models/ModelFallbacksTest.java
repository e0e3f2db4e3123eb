package io.agyn.llm.models;

import static io.agyn.testing.Api.asAdmin;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class ModelFallbacksTest {
    private static final String MODELS = "/organizations/{org}/models";
    private static final String MODEL = MODELS + "/{id}";
    private static final String PROVIDER = "/organizations/{org}/llm-providers/{id}";

    private String organization;
    private String first;
    private String second;
    private String third;

    @BeforeEach
    void threeProviders() {
        organization = Api.organization();
        String secret = Api.secret(organization, "v");
        first = Api.provider(organization, secret);
        second = Api.provider(organization, secret);
        third = Api.provider(organization, secret);
    }

    @Test
    void fallbacksKeepTheirOrderAndAreReplaced() {
        String id = created(Map.of(
                "fallbacks",
                List.of(to(third), Map.of("provider_id", second, "remote_model_name", "b", "weight", 7)),
                "routing",
                "weighted",
                "weight",
                3,
                "retry_on_timeout",
                true));
        Api.get(MODEL, organization, id)
                .body("fallbacks.provider_id", equalTo(List.of(third, second)))
                .body("fallbacks.weight", equalTo(List.of(1, 7)))
                .body("routing", equalTo("weighted"))
                .body("weight", equalTo(3))
                .body("retry_on_timeout", equalTo(true));

        put(id, Map.of("fallbacks", List.of(to(second), to(third)))).then().statusCode(200);
        Api.get(MODEL, organization, id).body("fallbacks.provider_id", equalTo(List.of(second, third)));

        put(id, Map.of()).then().statusCode(200);
        Api.get(MODEL, organization, id)
                .body("fallbacks", empty())
                .body("routing", equalTo("failover"))
                .body("weight", equalTo(1))
                .body("retry_on_timeout", equalTo(false));
    }

    @Test
    void fallbackCountsAsUseOfItsProvider() {
        String id = created(Map.of("fallbacks", List.of(to(second))));
        Api.get(PROVIDER, organization, second).body("model_count", equalTo(1));
        Api.get(MODELS + "?provider_id=" + second, organization).body("items.id", equalTo(List.of(id)));
        Api.get(MODELS + "?provider_id=" + third, organization).body("items", empty());
    }

    @Test
    void deletedProviderLeavesTheFallbacks() {
        String id = created(Map.of("fallbacks", List.of(to(second), to(third))));
        asAdmin().delete(PROVIDER, organization, second).then().statusCode(204);
        Api.get(MODEL, organization, id)
                .body("fallbacks.provider_id", equalTo(List.of(third)))
                .body("status", equalTo("ready"));
        put(id, Map.of("fallbacks", List.of(to(third)), "weight", 2)).then().statusCode(200);
        asAdmin().delete(MODEL, organization, id).then().statusCode(204);
    }

    @Test
    void providerOfAnotherOrganizationIsNoFallback() {
        String elsewhere = Api.organization();
        String theirs = Api.provider(elsewhere, Api.secret(elsewhere, "v"));
        create(Map.of("fallbacks", List.of(to(second), to(theirs))))
                .then()
                .statusCode(404)
                .body("code", equalTo("reference_not_found"))
                .body("errors.pointer", equalTo(List.of("/fallbacks/1/provider_id")));
    }

    @Test
    void fallbackHasTheProtocolOfTheModel() {
        Map<String, Object> body = new HashMap<>(Api.providerBody("x_api_key", Map.of("token", "sk-1")));
        body.put("protocol", "anthropic_messages");
        String other = asAdmin()
                .body(body)
                .post("/organizations/{org}/llm-providers", organization)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        create(Map.of("fallbacks", List.of(to(other))))
                .then()
                .statusCode(400)
                .body("errors.pointer", equalTo(List.of("/fallbacks/0/provider_id")))
                .body("errors[0].detail", containsString("protocol"));
    }

    @Test
    void targetsOfAModelDiffer() {
        create(Map.of("fallbacks", List.of(to(second), to(second))))
                .then()
                .statusCode(400)
                .body("errors.pointer", equalTo(List.of("/fallbacks/1")));
        create(Map.of("fallbacks", List.of(Map.of("provider_id", first, "remote_model_name", "gpt-4o"))))
                .then()
                .statusCode(400)
                .body("errors.pointer", equalTo(List.of("/fallbacks/0")));
    }

    @Test
    void boundsAreChecked() {
        create(Map.of("weight", 0, "retry_on_timeout", "yes", "routing", "random"))
                .then()
                .statusCode(400)
                .body("errors.pointer", hasItem("/weight"))
                .body("errors.pointer", hasItem("/retry_on_timeout"))
                .body("errors.pointer", hasItem("/routing"))
                .body("errors.pointer", not(hasItem("/name")));
    }

    private String created(Map<String, ?> fields) {
        return create(fields).then().statusCode(201).extract().path("id");
    }

    private Response create(Map<String, ?> fields) {
        return asAdmin().body(body(fields)).post(MODELS, organization);
    }

    private Response put(String id, Map<String, ?> fields) {
        return asAdmin().body(body(fields)).put(MODEL, organization, id);
    }

    private Map<String, Object> body(Map<String, ?> fields) {
        Map<String, Object> body = new HashMap<>(Api.modelBody(Api.freshName("model"), first));
        body.putAll(fields);
        return body;
    }

    private static Map<String, Object> to(String provider) {
        return Map.of("provider_id", provider, "remote_model_name", "another");
    }
}
