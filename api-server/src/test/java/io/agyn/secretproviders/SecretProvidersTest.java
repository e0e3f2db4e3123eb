package io.agyn.secretproviders;

import static io.agyn.testing.Api.asAdmin;
import static io.agyn.testing.Api.secretProviderBody;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class SecretProvidersTest {
    private static final String PROVIDERS = "/organizations/{org}/secret-providers";
    private static final String PROVIDER = PROVIDERS + "/{id}";
    private static final String SECRETS = "/organizations/{org}/secrets";
    private static final String EVENTS = "/organizations/{org}/audit-events?operation={operation}";
    private static final String ADDRESS = "https://vault.example:8200";
    private static final String OTHER_ADDRESS = "https://other.example";

    private String organization;

    @BeforeEach
    void createOrganization() {
        organization = Api.organization();
    }

    @Test
    void tokenIsStoredAndNotReturned() {
        ValidatableResponse created = create(
                        Map.of("address", ADDRESS, "namespace", "admin/team", "token", "hvs.marked"))
                .statusCode(201)
                .body("type", equalTo("vault"))
                .body("config.address", equalTo(ADDRESS))
                .body("config.namespace", equalTo("admin/team"))
                .body("config.ca_certificate", nullValue())
                .body("config.auth_method", equalTo("token"))
                .body("config.role_id", nullValue())
                .body("config.approle_mount", nullValue())
                .body("secret_count", equalTo(0));
        String id = created.extract().path("id");
        created.header("Location", "/api/v1/organizations/" + organization + "/secret-providers/" + id);
        assertThat(created.extract().asString()
                        + Api.get(PROVIDER, organization, id).extract().asString()
                        + Api.get(PROVIDERS, organization).extract().asString())
                .doesNotContain("hvs.marked");
    }

    @Test
    void secretIdIsStoredAndNotReturned() {
        ValidatableResponse created = create(Map.of("address", ADDRESS, "role_id", "agyn", "secret_id", "marked-id"))
                .statusCode(201)
                .body("config.auth_method", equalTo("approle"))
                .body("config.role_id", equalTo("agyn"))
                .body("config.approle_mount", equalTo("approle"));
        assertThat(created.extract().asString()).doesNotContain("marked-id");
    }

    @Test
    void configHasExactlyOneCredential() {
        rejected(Map.of("address", ADDRESS), "/config/token", "Set token, or role_id and secret_id.");
        rejected(
                Map.of("address", ADDRESS, "token", "t", "role_id", "r", "secret_id", "s"),
                "/config/token",
                "not both");
        rejected(Map.of("address", ADDRESS, "role_id", "r"), "/config/secret_id", "role_id requires it");
        rejected(Map.of("address", ADDRESS, "secret_id", "s"), "/config/role_id", "secret_id requires it");
        rejected(Map.of("address", ADDRESS, "approle_mount", "m"), "/config/role_id", "approle_mount requires it");
        rejected(Map.of("token", "t"), "/config/address", "required");
    }

    @ParameterizedTest
    @CsvSource({
        "https://vault.example/v1, Remove /v1",
        "https://vault.example/v1/, Remove /v1",
        "https://vault.example:0, port",
        "https://[1:2]:8200, IPv6",
        "https://vault.example/%zz, %25",
        "https://vault.example?x=1, ''",
        "ftp://vault.example, 'Requests append /v1/; the URL must not end in it.'",
    })
    void invalidAddressIsRejected(String address, String detail) {
        rejected(Map.of("address", address, "token", "t"), "/config/address", detail);
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "team/../other", "./team"})
    void pathThatVaultWouldReadAsAnotherIsRejected(String path) {
        rejected(
                Map.of("address", ADDRESS, "token", "t", "namespace", path),
                "/config/namespace",
                "Write the namespace without . and ..");
        rejected(
                Map.of("address", ADDRESS, "role_id", "r", "secret_id", "s", "approle_mount", path),
                "/config/approle_mount",
                "Write the mount without . and ..");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n"})
    void invalidCaCertificateIsRejected(String pem) {
        rejected(
                Map.of("address", ADDRESS, "token", "t", "ca_certificate", pem),
                "/config/ca_certificate",
                "Must be PEM");
    }

    @Test
    void privateKeyIsNotStoredAsCaCertificate() {
        String key = "-----BEGIN PRIVATE KEY-----\nMC4CAQ==\n-----END PRIVATE KEY-----\n";
        rejected(
                Map.of("address", ADDRESS, "token", "t", "ca_certificate", key),
                "/config/ca_certificate",
                "Remove the private key");
    }

    @Test
    void updateWithoutCredentialKeepsTheStoredOne() {
        String id = created(Map.of("address", ADDRESS, "token", "hvs.marked"));
        String before = Api.get(PROVIDER, organization, id).extract().path("credentials_fingerprint");
        update(id, Map.of("address", OTHER_ADDRESS))
                .statusCode(200)
                .body("config.address", equalTo(OTHER_ADDRESS))
                .body("credentials_fingerprint", equalTo(before));
        reveal(id).body("token", equalTo("hvs.marked")).body("secret_id", nullValue());
        update(id, Map.of("address", ADDRESS, "token", "hvs.marked-2"))
                .statusCode(200)
                .body("credentials_fingerprint", not(before));
    }

    @Test
    void newAuthMethodNeedsItsCredential() {
        String id = created(Map.of("address", ADDRESS, "token", "hvs.marked"));
        update(id, Map.of("address", ADDRESS, "role_id", "r"))
                .statusCode(400)
                .body("errors.pointer", equalTo(List.of("/config/secret_id")));
        update(id, Map.of("address", ADDRESS, "role_id", "r", "secret_id", "marked-id", "approle_mount", "ci"))
                .statusCode(200)
                .body("config.auth_method", equalTo("approle"))
                .body("config.approle_mount", equalTo("ci"));
        update(id, Map.of("address", ADDRESS, "role_id", "r-2"))
                .statusCode(200)
                .body("config.role_id", equalTo("r-2"))
                .body("config.approle_mount", equalTo("approle"));
        reveal(id).body("token", nullValue()).body("secret_id", equalTo("marked-id"));
        update(id, Map.of("address", ADDRESS))
                .statusCode(400)
                .body("errors.pointer", equalTo(List.of("/config/token")));
    }

    @Test
    void secretProviderInUseIsNotDeletedAndItsSecretsAreNamed() {
        String id = Api.secretProvider(organization);
        String secret = Api.remoteSecret(organization, id);
        String name = Api.get(SECRETS + "/{id}", organization, secret).extract().path("name");
        Api.get(PROVIDER, organization, id).body("secret_count", equalTo(1));
        asAdmin()
                .delete(PROVIDER, organization, id)
                .then()
                .statusCode(409)
                .body("code", equalTo("secret_provider_in_use"))
                .body("detail", containsString(name));
        asAdmin().delete(SECRETS + "/{id}", organization, secret).then().statusCode(204);
        asAdmin().delete(PROVIDER, organization, id).then().statusCode(204);
        asAdmin().get(PROVIDER, organization, id).then().statusCode(404);
    }

    @RepeatedTest(10)
    void secretProviderOfASecretBeingCreatedIsNotDeleted() {
        String id = Api.secretProvider(organization);
        Callable<Integer> delete =
                () -> asAdmin().delete(PROVIDER, organization, id).statusCode();
        Callable<Integer> use = () -> asAdmin()
                .body(Api.remoteSecretBody(id))
                .post(SECRETS, organization)
                .statusCode();

        List<Integer> statuses = Api.inParallel(List.of(use, delete, use, delete, use));

        List<String> used = Api.get(SECRETS, organization).extract().path("items.provider_id");
        if (asAdmin().get(PROVIDER, organization, id).statusCode() == 200) {
            assertThat(statuses).containsOnly(201, 409);
            assertThat(used).isNotEmpty().containsOnly(id);
        } else {
            assertThat(statuses).containsOnly(204, 404).containsOnlyOnce(204);
            assertThat(used).isEmpty();
        }
    }

    @Test
    void auditLogNamesTheChangedFieldsOfTheConfig() {
        String id = created(Map.of("address", ADDRESS, "token", "hvs.marked"));
        assertThat(lastChange("createSecretProvider"))
                .contains("config.address", "config.auth_method", "credentials", "name", "type")
                .doesNotContain("config", "config.namespace", "secret_count");
        update(id, Map.of("address", OTHER_ADDRESS)).statusCode(200);
        assertThat(lastChange("updateSecretProvider")).containsExactly("config.address");
        update(id, Map.of("address", OTHER_ADDRESS, "token", "hvs.marked-2")).statusCode(200);
        assertThat(lastChange("updateSecretProvider")).containsExactly("credentials");
    }

    @Test
    void revealIsLogged() {
        String id = created(Map.of("address", ADDRESS, "token", "hvs.marked"));
        reveal(id).header("Cache-Control", "no-store").body("token", equalTo("hvs.marked"));
        Api.get(EVENTS, organization, "revealSecretProviderCredentials")
                .body("items.resource_id", equalTo(List.of(id)));
    }

    @Test
    void organizationWithASecretProviderIsNotDeleted() {
        Api.secretProvider(organization);
        asAdmin()
                .delete("/organizations/{org}", organization)
                .then()
                .statusCode(409)
                .body("detail", containsString("1 secret provider"));
    }

    @Test
    void secretsAreListedByTheirSecretProvider() {
        String id = Api.secretProvider(organization);
        String secret = Api.remoteSecret(organization, id);
        Api.remoteSecret(organization, Api.secretProvider(organization));
        Api.secret(organization, "v");
        Api.get(SECRETS + "?provider_id={id}", organization, id).body("items.id", equalTo(List.of(secret)));
        Api.get(PROVIDERS + "?id={id}", organization, id).body("items.id", equalTo(List.of(id)));
    }

    private List<String> lastChange(String operation) {
        return Api.get(EVENTS, organization, operation).extract().path("items[0].changed_fields");
    }

    private ValidatableResponse create(Map<String, ?> config) {
        return asAdmin()
                .body(secretProviderBody(config))
                .post(PROVIDERS, organization)
                .then();
    }

    private String created(Map<String, ?> config) {
        return create(config).statusCode(201).extract().path("id");
    }

    private ValidatableResponse update(String id, Map<String, ?> config) {
        String name = Api.get(PROVIDER, organization, id).extract().path("name");
        return asAdmin()
                .body(Map.of("name", name, "type", "vault", "config", config))
                .put(PROVIDER, organization, id)
                .then();
    }

    private ValidatableResponse reveal(String id) {
        return asAdmin()
                .post(PROVIDER + "/reveal-credentials", organization, id)
                .then()
                .statusCode(200);
    }

    private void rejected(Map<String, ?> config, String pointer, String detail) {
        create(config)
                .statusCode(400)
                .body("errors.pointer", hasItem(pointer))
                .body("errors.detail", hasItem(containsString(detail)));
    }
}
