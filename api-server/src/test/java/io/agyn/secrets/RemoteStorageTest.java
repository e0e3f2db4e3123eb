package io.agyn.secrets;

import static io.agyn.testing.Api.asAdmin;
import static io.agyn.testing.Api.remoteSecretBody;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.testing.Database;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets whose value is in a secret provider. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class RemoteStorageTest {
    private static final String SECRETS = "/organizations/{org}/secrets";
    private static final String SECRET = SECRETS + "/{id}";

    @Inject
    Database database;

    private String organization;
    private String provider;

    @BeforeEach
    void createOrganization() {
        organization = Api.organization();
        provider = Api.secretProvider(organization);
    }

    @Test
    void remoteSecretHasAReferenceAndNoValue() throws SQLException {
        String id = create(remoteSecretBody(provider))
                .statusCode(201)
                .body("storage", equalTo("remote"))
                .body("provider_id", equalTo(provider))
                .body("remote_path", equalTo("kv/data/openai"))
                .body("remote_key", equalTo("api_key"))
                .body("version", equalTo(1))
                .body("read_version", nullValue())
                .body("read_at", nullValue())
                .body("last_error", nullValue())
                .extract()
                .path("id");
        Api.get(SECRET, organization, id).body("storage", equalTo("remote"));
        assertThat(storedBytes(id)).isZero();
    }

    @Test
    void localSecretHasNoReference() {
        Api.get(SECRET, organization, Api.secret(organization, "v"))
                .body("storage", equalTo("local"))
                .body("provider_id", nullValue())
                .body("remote_path", nullValue())
                .body("remote_key", nullValue());
    }

    @Test
    void exactlyTheFieldsOfOneStorageAreAccepted() {
        Map<String, Object> both = remoteSecretBody(provider);
        both.put("value", "v");
        rejected(both, "/value", "Remove value, or set storage to local");
        both.remove("storage");
        rejected(both, "/provider_id", "Remove provider_id, or set storage to remote");
        rejected(both, "/remote_path", "Remove remote_path");
        rejected(both, "/remote_key", "Remove remote_key");
        for (String field : List.of("provider_id", "remote_path", "remote_key")) {
            Map<String, Object> incomplete = remoteSecretBody(provider);
            incomplete.remove(field);
            rejected(incomplete, "/" + field, "a remote secret requires it");
        }
        rejected(Map.of("name", "n"), "/value", "a local secret requires it");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/kv/data/x",
                "kv/data/x/",
                "kv//x",
                "kv/../sys/seal",
                "kv/./x",
                "..",
                "kv?list=true",
                "kv#x",
                "kv\n",
                ""
            })
    void invalidPathIsRejected(String path) {
        Map<String, Object> body = remoteSecretBody(provider);
        body.put("remote_path", path);
        create(body).statusCode(400).body("errors.pointer", hasItem("/remote_path"));
    }

    @Test
    void secretProviderOfAnotherOrganizationIsNotFound() {
        create(remoteSecretBody(Api.secretProvider(Api.organization())))
                .statusCode(404)
                .body("code", equalTo("reference_not_found"))
                .body("errors[0].pointer", equalTo("/provider_id"));
    }

    @Test
    void changeToRemoteRemovesTheStoredValue() throws SQLException {
        String id = Api.secret(organization, "sk-marked");
        String before = Api.get(SECRET, organization, id).extract().path("fingerprint");
        update(id, remoteSecretBody(provider))
                .statusCode(200)
                .body("storage", equalTo("remote"))
                .body("version", equalTo(2))
                .body("fingerprint", not(before));
        assertThat(storedBytes(id)).isZero();
    }

    @Test
    void changeToLocalRequiresAValue() throws SQLException {
        String id = Api.remoteSecret(organization, provider);
        update(id, Map.of("name", "k")).statusCode(400).body("errors.pointer", equalTo(List.of("/value")));
        update(id, Map.of("name", "k", "value", "sk-example"))
                .statusCode(200)
                .body("storage", equalTo("local"))
                .body("provider_id", nullValue())
                .body("version", equalTo(2));
        assertThat(storedBytes(id)).isPositive();
        asAdmin()
                .post(SECRET + "/reveal", organization, id)
                .then()
                .statusCode(200)
                .body("value", equalTo("sk-example"));
    }

    @Test
    void newReferenceRaisesTheVersionAndChangesTheFingerprint() {
        Map<String, Object> body = remoteSecretBody(provider);
        String id = create(body).statusCode(201).extract().path("id");
        String before = Api.get(SECRET, organization, id).extract().path("fingerprint");
        body.put("description", "moved");
        update(id, body).statusCode(200).body("version", equalTo(1)).body("fingerprint", equalTo(before));
        body.put("remote_path", "kv/data/other");
        update(id, body).statusCode(200).body("version", equalTo(2)).body("fingerprint", not(before));
        Api.get("/organizations/{org}/audit-events?operation=updateSecret", organization)
                .body("items[0].changed_fields", equalTo(List.of("remote_path", "value")));
    }

    @Test
    void remoteSecretCanBeTheTokenOfAnLlmProvider() {
        String id = Api.remoteSecret(organization, provider);
        Api.provider(organization, id);
        asAdmin().delete(SECRET, organization, id).then().statusCode(409).body("code", equalTo("secret_in_use"));
    }

    @Test
    void lastReadIsShownAndDoesNotChangeTheEntityTag() throws SQLException {
        Map<String, Object> body = remoteSecretBody(provider);
        String id = create(body).statusCode(201).extract().path("id");
        String tag = asAdmin().get(SECRET, organization, id).header("ETag");
        database.execute("""
                insert into remote_secret_status (secret_id, fingerprint, read_version, read_at, error, error_at)
                select id, fingerprint, 3, '2026-01-31T12:00:00Z', 'It is sealed.', '2026-01-31T12:05:00Z'
                from secret where id = ?\
                """, UUID.fromString(id));
        asAdmin()
                .get(SECRET, organization, id)
                .then()
                .header("ETag", tag)
                .body("read_version", equalTo(3))
                .body("read_at", equalTo("2026-01-31T12:00:00Z"))
                .body("last_error", equalTo("It is sealed."))
                .body("last_error_at", equalTo("2026-01-31T12:05:00Z"));
        asAdmin()
                .header("If-Match", tag)
                .body(body)
                .put(SECRET, organization, id)
                .then()
                .statusCode(200);
        body.put("remote_key", "other");
        update(id, body).statusCode(200).body("read_version", nullValue()).body("last_error", nullValue());
    }

    private int storedBytes(String id) throws SQLException {
        return database.column(
                        Integer.class, "select octet_length(value_ciphertext) from secret where id = '" + id + "'")
                .getFirst();
    }

    private ValidatableResponse create(Map<String, ?> body) {
        return asAdmin().body(body).post(SECRETS, organization).then();
    }

    private ValidatableResponse update(String id, Map<String, ?> body) {
        return asAdmin().body(body).put(SECRET, organization, id).then();
    }

    private void rejected(Map<String, ?> body, String pointer, String detail) {
        create(body)
                .statusCode(400)
                .body("errors.pointer", hasItem(pointer))
                .body("errors.detail", hasItem(containsString(detail)));
    }
}
