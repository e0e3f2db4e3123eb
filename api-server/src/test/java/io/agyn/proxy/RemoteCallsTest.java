package io.agyn.proxy;

import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.agyn.database.PostgresTestResource;
import io.agyn.scripted.Header;
import io.agyn.scripted.ReceivedCall;
import io.agyn.testing.Api;
import io.agyn.testing.Bao;
import io.agyn.testing.Metrics;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Calls whose credential is a remote secret, in a real OpenBao. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@TestProfile(RemoteCallsTest.ShortAges.class)
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class RemoteCallsTest {
    private static final Duration MAX_AGE = Duration.ofSeconds(2);
    private static final Duration STALE = Duration.ofSeconds(4);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(1);

    public static final class ShortAges implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "agyn.secret.max-age", MAX_AGE.toSeconds() + "s",
                    "agyn.secret.stale", STALE.toSeconds() + "s",
                    "agyn.secret.read-timeout", READ_TIMEOUT.toSeconds() + "s");
        }
    }

    @RegisterExtension
    static final Scene SCENE = new Scene();

    @TempDir
    private static Path folder;

    private static Bao bao;

    private String path;
    private String secretProvider;
    private String secret;
    private String model;

    @BeforeAll
    static void startOpenBao() throws Exception {
        bao = Bao.start(folder.resolve("shared"));
    }

    @AfterAll
    static void stopOpenBao() throws Exception {
        bao.close();
    }

    @BeforeEach
    void storeKey() throws Exception {
        path = Api.freshName("openai");
        bao.write(path, Map.of("key", "sk-1", "other", "sk-other"));
        accept("sk-1", "sk-2", "sk-other");
        useSecret(bao, bao.rootToken(), path);
    }

    @Test
    void valueIsSentInTheHeaderOfTheAuthMethod() throws Exception {
        assertThat(call().statusCode()).isEqualTo(200);
        assertThat(SCENE.received().values("authorization")).containsExactly("Bearer sk-1");
        SCENE.provider().forget();

        String messages = model("anthropic_messages", "x_api_key");
        assertThat(SCENE.post("/v1/messages", Scene.body(messages)).statusCode())
                .isEqualTo(200);
        assertThat(SCENE.received().values("x-api-key")).containsExactly("sk-1");
    }

    @Test
    void rotationIsEffectiveWithinTheMaximumAge() throws Exception {
        call();
        bao.write(path, Map.of("key", "sk-2"));
        awaitKey("sk-2", MAX_AGE.plusMillis(500));
    }

    @Test
    void rotationHealsWithinOneRejectedCall() throws Exception {
        call();
        bao.write(path, Map.of("key", "sk-2"));
        accept("sk-2");
        assertThat(call().statusCode()).isEqualTo(401);
        assertThat(call().statusCode()).isEqualTo(200);
    }

    @Test
    void changedReferenceIsEffectiveWithinASecond() {
        call();
        asAdmin()
                .body(secretBody("kv/data/" + path, "other"))
                .put("/organizations/{org}/secrets/{id}", SCENE.organization(), secret)
                .then()
                .statusCode(200);
        awaitKey("sk-other", Duration.ofSeconds(1));
    }

    @Test
    void changedCredentialIsEffectiveWithinASecond() {
        call();
        asAdmin()
                .body(Api.secretProviderBody(Map.of("address", bao.address(), "token", "s.wrong")))
                .put("/organizations/{org}/secret-providers/{id}", SCENE.organization(), secretProvider)
                .then()
                .statusCode(200);
        await().atMost(Duration.ofSeconds(1))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> call().statusCode() == 502);
        assertThat(Scene.text(call())).contains("rejects its token (403)").doesNotContain("s.wrong");
    }

    @Test
    void unreadableSecretIsExplainedInTheCallersDialect() throws Exception {
        bao.write(path, Map.of("renamed", "sk-1"));
        HttpResponse<byte[]> response = call();
        assertThat(response.statusCode()).isEqualTo(502);
        assertThat(response.headers().firstValue("x-agyn-error")).contains("credential_unavailable");
        assertThat(Scene.text(response))
                .contains("\"code\":\"credential_unavailable\"")
                .contains("has no key")
                .contains("check remote_key");

        String messages = model("anthropic_messages", "x_api_key");
        HttpResponse<byte[]> anthropic = SCENE.post("/v1/messages", Scene.body(messages));
        assertThat(anthropic.statusCode()).isEqualTo(502);
        assertThat(Scene.text(anthropic)).contains("\"type\":\"api_error\"").contains("has no key");
        assertThat(SCENE.provider().received()).isEmpty();
    }

    @Test
    void modelTestExplainsAnUnreadableSecret() throws Exception {
        bao.call("DELETE", "kv/metadata/" + path, null);
        String id = asAdmin()
                .get("/organizations/{org}/models?name=" + model, SCENE.organization())
                .then()
                .extract()
                .path("items[0].id");
        asAdmin()
                .body(Map.of())
                .post("/organizations/{org}/models/{id}/test", SCENE.organization(), id)
                .then()
                .statusCode(200)
                .body("failure", equalTo("credential_unavailable"))
                .body("explanation", containsString("has no secret at kv/data/" + path));
    }

    @Test
    void hangingServerDelaysNoCallForLongAndFailsThemAfterTheStaleTime() throws Exception {
        try (Bao own = Bao.start(folder.resolve("hanging"))) {
            own.write("openai", Map.of("key", "sk-1"));
            useSecret(own, own.rootToken(), "openai");
            assertThat(call().statusCode()).isEqualTo(200);

            own.pause();
            long paused = System.nanoTime();
            Duration usable = MAX_AGE.plus(STALE).minusSeconds(1);
            while (since(paused).compareTo(usable) < 0) {
                long started = System.nanoTime();
                HttpResponse<byte[]> response = call();
                assertThat(response.statusCode())
                        .as("after %s: %s", since(paused), Scene.text(response))
                        .isEqualTo(200);
                assertThat(since(started)).isLessThan(READ_TIMEOUT.plusMillis(500));
                Thread.sleep(50);
            }
            assertThat(metric("agyn_secrets_stale_uses_total")).isPositive();
            assertThat(metric("agyn_secrets_age_seconds")).isGreaterThan(MAX_AGE.toSeconds());
            await().atMost(Duration.ofSeconds(5)).until(() -> call().statusCode() == 502);
            assertThat(Scene.text(call())).contains("did not respond within 1 s");
            assertThat(metric("agyn_secrets_reads_total{outcome=\"timeout\"}")).isPositive();

            own.resume();
            await().atMost(Duration.ofSeconds(12)).until(() -> call().statusCode() == 200);
        }
    }

    @Test
    void revokedTokenEndsAccessAfterTheStaleTime() throws Exception {
        bao.allow("reader", "kv/data/*", "read");
        String token = bao.token(Duration.ofHours(1), Map.of("policies", List.of("reader")));
        useSecret(bao, token, path);
        assertThat(call().statusCode()).isEqualTo(200);

        bao.revoke(token);
        Duration limit = MAX_AGE.plus(STALE);
        await().pollDelay(MAX_AGE).atMost(limit.plusSeconds(1)).until(() -> call().statusCode() == 502);
        assertThat(Scene.text(call())).contains("rejects its token (403)").doesNotContain(token);
    }

    @Test
    void valueIsOnlyReadAsOftenAsNeeded() throws Exception {
        call();
        double before = metric("agyn_secrets_reads_total{outcome=\"success\"}");
        long started = System.nanoTime();
        while (since(started).compareTo(MAX_AGE.multipliedBy(2)) < 0) {
            assertThat(call().statusCode()).isEqualTo(200);
        }
        // Each half of the maximum age, and one for the start.
        assertThat(metric("agyn_secrets_reads_total{outcome=\"success\"}") - before)
                .isBetween(2.0, 5.0);
    }

    /** Creates the model of this test, whose token is the key of a secret in OpenBao. */
    private void useSecret(Bao server, String token, String at) {
        secretProvider = secretProvider(Map.of("address", server.address(), "token", token));
        secret = secret("kv/data/" + at, "key");
        model = model("responses", "bearer");
    }

    private String model(String protocol, String authMethod) {
        return SCENE.model(SCENE.provider().origin() + "/v1", protocol, authMethod, Map.of("token_secret_id", secret));
    }

    private HttpResponse<byte[]> call() {
        return SCENE.post("/v1/responses", Scene.body(model));
    }

    private void awaitKey(String key, Duration limit) {
        await().atMost(limit).pollInterval(Duration.ofMillis(20)).until(() -> {
            SCENE.provider().forget();
            assertThat(call().statusCode()).isEqualTo(200);
            return SCENE.provider()
                    .await(ReceivedCall::bodyEnded, Scene.PATIENCE)
                    .values("authorization")
                    .equals(List.of("Bearer " + key));
        });
    }

    private static void accept(String... keys) {
        Header[] headers = new Header[2 * keys.length];
        for (int i = 0; i < keys.length; i++) {
            headers[2 * i] = new Header("authorization", "Bearer " + keys[i]);
            headers[2 * i + 1] = new Header("x-api-key", keys[i]);
        }
        SCENE.provider().accept(headers);
    }

    private static String secretProvider(Map<String, ?> config) {
        return asAdmin()
                .body(Api.secretProviderBody(config))
                .post("/organizations/{org}/secret-providers", SCENE.organization())
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private String secret(String remotePath, String key) {
        return asAdmin()
                .body(secretBody(remotePath, key))
                .post("/organizations/{org}/secrets", SCENE.organization())
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private Map<String, Object> secretBody(String remotePath, String key) {
        Map<String, Object> body = new HashMap<>(Api.remoteSecretBody(secretProvider));
        body.put("remote_path", remotePath);
        body.put("remote_key", key);
        return body;
    }

    private static double metric(String sample) {
        return Metrics.read().sum(sample);
    }

    private static Duration since(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime);
    }
}
