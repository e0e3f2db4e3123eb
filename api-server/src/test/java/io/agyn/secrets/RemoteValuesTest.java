package io.agyn.secrets;

import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.testing.Bao;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reveals and checks of secrets and secret providers, on OpenBao. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class RemoteValuesTest {
    private static final String SECRET = "/organizations/{org}/secrets/{id}";
    private static final String PROVIDERS = "/organizations/{org}/secret-providers";

    @TempDir
    private static Path folder;

    private static Bao bao;

    private String organization;

    @BeforeAll
    static void startOpenBao() throws Exception {
        bao = Bao.start(folder);
        bao.write("openai", Map.of("api_key", "sk-marked", "number", 42, "broken", "a\nb"));
        bao.allow("agyn", "kv/data/openai", "read");
    }

    @AfterAll
    static void stopOpenBao() throws Exception {
        bao.close();
    }

    @BeforeEach
    void createOrganization() {
        organization = Api.organization();
    }

    @Test
    void revealReadsARemoteSecretAndIsLogged() {
        String id = secret(provider(bao.rootToken()), "kv/data/openai", "api_key");
        reveal(id).statusCode(200).header("Cache-Control", "no-store").body("value", equalTo("sk-marked"));
        Api.get("/organizations/{org}/audit-events?operation=revealSecret", organization)
                .body("items.resource_id", equalTo(List.of(id)));
    }

    @Test
    void failedRevealNamesTheCauseAndTheRemedy() {
        reveal(secret(provider(bao.rootToken()), "kv/data/missing", "api_key"))
                .statusCode(502)
                .body("code", equalTo("credential_unavailable"))
                .body("detail", containsString("kv/data/missing"));
        reveal(secret(provider("hvs.invalid"), "kv/data/openai", "api_key"))
                .statusCode(502)
                .body("code", equalTo("credential_unavailable"));
    }

    @Test
    void checkOfARemoteSecretReturnsItsVersionAndNeverItsValue() {
        String id = secret(provider(bao.rootToken()), "kv/data/openai", "api_key");
        ValidatableResponse checked = check(id)
                .body("succeeded", equalTo(true))
                .body("version", equalTo(1))
                .body("failure", nullValue())
                .body("explanation", nullValue());
        assertThat(checked.extract().asString()).doesNotContain("sk-marked");
        Api.get(SECRET, organization, id)
                .body("read_version", equalTo(1))
                .body("read_at", notNullValue())
                .body("last_error", nullValue());
    }

    @Test
    void failedCheckIsTheLastErrorUntilACheckSucceeds() throws Exception {
        String token = bao.token(Duration.ofMinutes(10), Map.of("policies", List.of("later")));
        String id = secret(provider(token), "kv/data/later", "api_key");
        check(id).body("failure", equalTo("denied"));
        Api.get(SECRET, organization, id)
                .body("read_at", nullValue())
                .body("last_error", containsString("does not allow"))
                .body("last_error_at", notNullValue());
        bao.allow("later", "kv/data/later", "read");
        bao.write("later", Map.of("api_key", "sk-later"));
        check(id).body("succeeded", equalTo(true));
        Api.get(SECRET, organization, id)
                .body("read_version", equalTo(1))
                .body("last_error", nullValue())
                .body("last_error_at", nullValue());
    }

    @Test
    void checkExplainsEachFailure() {
        String root = provider(bao.rootToken());
        assertFails(secret(root, "kv/data/missing", "api_key"), "path_not_found", "remote_path");
        assertFails(secret(root, "kv/openai", "api_key"), "path_not_found", "insert data");
        assertFails(secret(root, "kv/data/openai", "missing"), "key_not_found", "remote_key");
        assertFails(secret(root, "kv/data/openai", "number"), "not_a_string", "string");
        assertFails(secret(root, "kv/data/openai", "broken"), "not_sendable", "HTTP headers");
        assertFails(secret(Api.secretProvider(organization), "kv/data/openai", "api_key"), "unreachable", "");
    }

    @Test
    void checkOfALocalSecretReportsWhetherAHeaderCanCarryIt() {
        check(Api.secret(organization, "sk-local"))
                .body("succeeded", equalTo(true))
                .body("version", nullValue());
        assertFails(Api.secret(organization, "a\nb"), "not_sendable", "HTTP headers");
    }

    @Test
    void checkOfASecretProviderShowsTheTokensExpiry() throws Exception {
        String token = bao.token(Duration.ofMinutes(10), Map.of("policies", List.of("agyn")));
        checkProvider(provider(token))
                .body("reachable", equalTo(true))
                .body("credential_accepted", equalTo(true))
                .body("expires_at", notNullValue())
                .body("renewable", equalTo(true))
                .body("failure", nullValue());
        checkProvider(provider(bao.rootToken())).body("expires_at", nullValue()).body("renewable", equalTo(false));
    }

    @Test
    void checkOfASecretProviderSignsInWithAppRole() throws Exception {
        Bao.Role role = bao.role("agyn", Map.of("token_policies", "agyn", "token_ttl", "10m"));
        checkProvider(create(Map.of("role_id", role.roleId(), "secret_id", role.secretId())))
                .body("credential_accepted", equalTo(true))
                .body("expires_at", notNullValue());
        checkProvider(create(Map.of("role_id", role.roleId(), "secret_id", "wrong")))
                .body("reachable", equalTo(true))
                .body("credential_accepted", equalTo(false))
                .body("failure", equalTo("login_denied"))
                .body("explanation", notNullValue());
    }

    @Test
    void checkOfAnUnreachableSecretProviderReportsIt() {
        checkProvider(Api.secretProvider(organization))
                .body("reachable", equalTo(false))
                .body("credential_accepted", equalTo(false))
                .body("failure", equalTo("unreachable"))
                .body("explanation", notNullValue());
    }

    @Test
    void userChecksAtMostTenRemoteSecretsAtOnce() throws Exception {
        String id = secret(provider(bao.rootToken()), "kv/data/openai", "api_key");
        List<Future<Integer>> statuses = new ArrayList<>();
        try (ExecutorService users = Executors.newVirtualThreadPerTaskExecutor()) {
            bao.pause();
            try {
                for (int i = 0; i < 12; i++) {
                    statuses.add(users.submit(() ->
                            asAdmin().post(SECRET + "/check", organization, id).statusCode()));
                }
                await().until(() -> statuses.stream().filter(Future::isDone).count() == 2);
            } finally {
                bao.resume();
            }
        }
        assertThat(statuses).extracting(Future::resultNow).containsOnly(200, 429);
        assertThat(statuses).filteredOn(status -> status.resultNow() == 429).hasSize(2);
    }

    private String provider(String token) {
        return create(Map.of("token", token));
    }

    private String create(Map<String, String> credential) {
        Map<String, String> config = new HashMap<>(credential);
        config.put("address", bao.address());
        return asAdmin()
                .body(Api.secretProviderBody(config))
                .post(PROVIDERS, organization)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private String secret(String provider, String path, String key) {
        Map<String, Object> body = Api.remoteSecretBody(provider);
        body.put("remote_path", path);
        body.put("remote_key", key);
        return asAdmin()
                .body(body)
                .post("/organizations/{org}/secrets", organization)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private ValidatableResponse reveal(String id) {
        return asAdmin().post(SECRET + "/reveal", organization, id).then();
    }

    private ValidatableResponse check(String id) {
        return asAdmin().post(SECRET + "/check", organization, id).then().statusCode(200);
    }

    private ValidatableResponse checkProvider(String id) {
        return asAdmin()
                .post(PROVIDERS + "/{id}/check", organization, id)
                .then()
                .statusCode(200);
    }

    private void assertFails(String id, String failure, String explanation) {
        check(id)
                .body("succeeded", equalTo(false))
                .body("failure", equalTo(failure))
                .body("explanation", containsString(explanation));
    }
}
