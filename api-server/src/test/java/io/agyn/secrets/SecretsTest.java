package io.agyn.secrets;

import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class SecretsTest {
    private static final String SECRETS = "/organizations/{org}/secrets";
    private static final String SECRET = SECRETS + "/{id}";

    @Test
    void secretIsCreatedAndItsValueIsNotReturned() {
        String organization = Api.organization();
        var created = asAdmin()
                .body(Map.of("name", "openai", "value", "sk-marked", "description", "the key"))
                .post(SECRETS, organization)
                .then()
                .statusCode(201)
                .body("version", equalTo(1))
                .body("storage", equalTo("local"))
                .body("description", equalTo("the key"));
        String id = created.extract().path("id");
        created.header("Location", "/api/v1/organizations/" + organization + "/secrets/" + id);
        String responses = created.extract().asString()
                + Api.get(SECRET, organization, id).extract().asString()
                + Api.get(SECRETS, organization).extract().asString();
        assertThat(responses).doesNotContain("sk-marked").doesNotContain("\"value\"");
    }

    @Test
    void newValueRaisesTheVersionAndChangesTheFingerprint() {
        String organization = Api.organization();
        String id = Api.secret(organization, "one");
        String before = Api.get(SECRET, organization, id).extract().path("fingerprint");
        asAdmin()
                .body(Map.of("name", "k", "value", "two"))
                .put(SECRET, organization, id)
                .then()
                .statusCode(200)
                .body("version", equalTo(2))
                .body("fingerprint", not(before));
    }

    @Test
    void updateWithoutAValueKeepsTheStoredValue() {
        String organization = Api.organization();
        String id = Api.secret(organization, "one");
        String before = Api.get(SECRET, organization, id).extract().path("fingerprint");
        asAdmin()
                .body(Map.of("name", "renamed"))
                .put(SECRET, organization, id)
                .then()
                .statusCode(200)
                .body("name", equalTo("renamed"))
                .body("version", equalTo(1))
                .body("fingerprint", equalTo(before));
    }

    @Test
    void equalValuesOfTwoSecretsHaveDifferentFingerprints() {
        String organization = Api.organization();
        String one = Api.get(SECRET, organization, Api.secret(organization, "same"))
                .extract()
                .path("fingerprint");
        String other = Api.get(SECRET, organization, Api.secret(organization, "same"))
                .extract()
                .path("fingerprint");
        assertThat(one).isNotEqualTo(other);
    }

    @Test
    void ofVeryManyUsersOfASecretTheFirstAreNamed() {
        String organization = Api.organization();
        String secret = Api.secret(organization, "sk-example");
        for (int i = 0; i < 22; i++) {
            Api.provider(organization, secret);
        }
        Api.asAdmin()
                .delete("/organizations/{organization}/secrets/{secret}", organization, secret)
                .then()
                .statusCode(409)
                .body("detail", containsString(" and 2 more; replace their credentials first."));
    }

    @Test
    void secretInUseIsNotDeletedAndItsUsersAreNamed() {
        String organization = Api.organization();
        String id = Api.secret(organization, "v");
        String provider = Api.provider(organization, id);
        String name = Api.get("/organizations/{org}/llm-providers/{id}", organization, provider)
                .extract()
                .path("name");
        asAdmin()
                .delete(SECRET, organization, id)
                .then()
                .statusCode(409)
                .body("code", equalTo("secret_in_use"))
                .body("detail", containsString(name));
        asAdmin()
                .delete("/organizations/{org}/llm-providers/{id}", organization, provider)
                .then()
                .statusCode(204);
        asAdmin().delete(SECRET, organization, id).then().statusCode(204);
        asAdmin().get(SECRET, organization, id).then().statusCode(404);
    }

    @Test
    void valueHasAtMost64Kibibytes() {
        String organization = Api.organization();
        Api.secret(organization, "v".repeat(65_536));
        for (String tooLong : List.of("v".repeat(65_537), "é".repeat(32_769))) {
            asAdmin()
                    .body(Map.of("name", "long", "value", tooLong))
                    .post(SECRETS, organization)
                    .then()
                    .statusCode(400)
                    .body("errors[0].pointer", equalTo("/value"));
        }
    }

    @Test
    void nameFilterIsExact() {
        String organization = Api.organization();
        String id = Api.secret(organization, "v");
        String name = Api.get(SECRET, organization, id).extract().path("name");
        Api.get(SECRETS + "?name={name}", organization, name)
                .body("items.id", equalTo(List.of(id)))
                .body("next_page_token", nullValue());
        Api.get(SECRETS + "?name={name}", organization, name.substring(1)).body("items.size()", equalTo(0));
    }

    @RepeatedTest(20)
    void secretOfAProviderBeingCreatedIsNotDeleted() {
        String organization = Api.organization();
        String id = Api.secret(organization, "v");
        Callable<Integer> delete =
                () -> asAdmin().delete(SECRET, organization, id).statusCode();
        Callable<Integer> use = () -> asAdmin()
                .body(Api.providerBody("bearer", Map.of("token_secret_id", id)))
                .post("/organizations/{org}/llm-providers", organization)
                .statusCode();

        List<Integer> statuses = Api.inParallel(List.of(use, delete, use, delete, use));

        List<String> used = Api.get("/organizations/{org}/llm-providers", organization)
                .extract()
                .path("items.token_secret_id");
        if (asAdmin().get(SECRET, organization, id).statusCode() == 200) {
            assertThat(statuses).containsOnly(201, 409);
            assertThat(used).isNotEmpty().containsOnly(id);
        } else {
            assertThat(statuses).containsOnly(204, 404).containsOnlyOnce(204);
            assertThat(used).isEmpty();
        }
    }
}
