package io.agyn.idempotency;

import static io.agyn.testing.Api.as;
import static io.agyn.testing.Api.asAdmin;
import static io.agyn.testing.Api.freshName;
import static io.agyn.testing.Api.inParallel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;

import io.agyn.database.PostgresTestResource;
import io.agyn.keys.credentials.CredentialCipher;
import io.agyn.keys.credentials.EncryptionContext;
import io.agyn.testing.Api;
import io.agyn.testing.Database;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** A create with an Idempotency-Key runs once, however often it is repeated. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class IdempotencyTest {
    @Inject
    Database database;

    @Inject
    IdempotencyKeys keys;

    @Inject
    CredentialCipher cipher;

    private final String key = UUID.randomUUID().toString();

    @Test
    void repeatGetsTheFirstResponse() {
        String organization = Api.organization();
        Map<String, String> secret = Map.of("name", "key", "value", "sk-1");

        Response first = post("/organizations/" + organization + "/secrets", secret);
        asAdmin()
                .body(Map.of("name", "renamed"))
                .put("/organizations/{o}/secrets/{s}", organization, first.path("id"))
                .then()
                .statusCode(200);
        Response second = post("/organizations/" + organization + "/secrets", secret);

        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(second.statusCode()).isEqualTo(201);
        assertThat(second.asString()).isEqualTo(first.asString());
        assertThat(second.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(second.header("ETag")).isEqualTo(first.header("ETag"));
        assertThat(second.header("Location")).isEqualTo(first.header("Location"));
        asAdmin().get("/organizations/{o}/secrets", organization).then().body("items.size()", equalTo(1));
    }

    @Test
    void fieldOrderAndWhiteSpaceDoNotChangeARequest() {
        String name = freshName("org");
        String slug = name.toLowerCase(java.util.Locale.ROOT);

        String first = post("/organizations", "{\"name\":\"" + name + "\",\"slug\":\"" + slug + "\"}")
                .path("id");
        String second = post("/organizations", "{ \"slug\": \"" + slug + "\", \"name\": \"" + name + "\" }")
                .path("id");

        assertThat(second).isEqualTo(first);
    }

    @Test
    void reusedKeyForAnotherRequestIsRejected() {
        String organization = Api.organization();
        post("/organizations/" + organization + "/secrets", Map.of("name", "key", "value", "sk-1"));

        for (Response rejected : List.of(
                post("/organizations/" + organization + "/secrets", Map.of("name", "key", "value", "sk-2")),
                post("/organizations/" + Api.organization() + "/secrets", Map.of("name", "key", "value", "sk-1")))) {
            rejected.then().statusCode(422).body("code", equalTo("idempotency_key_reused"));
        }
        asAdmin().get("/organizations/{o}/secrets", organization).then().body("items.size()", equalTo(1));
    }

    @Test
    void concurrentRepeatsCreateOnceAndGetOneResponse() {
        String organization = Api.organization();
        List<Callable<Response>> posts = Collections.nCopies(
                20, () -> post("/organizations/" + organization + "/secrets", Map.of("name", "key", "value", "sk-1")));

        List<Response> responses = inParallel(posts);

        assertThat(responses).extracting(Response::statusCode).containsOnly(201);
        assertThat(responses)
                .extracting(Response::asString)
                .containsOnly(responses.getFirst().asString());
        asAdmin().get("/organizations/{o}/secrets", organization).then().body("items.size()", equalTo(1));
    }

    @Test
    void rejectedCreateMayBeRepeatedWithTheSameKey() {
        String organization = Api.organization();
        String taken = Api.secret(organization, "sk-1");
        String name = asAdmin()
                .get("/organizations/{o}/secrets/{s}", organization, taken)
                .path("name");
        post("/organizations/" + organization + "/secrets", Map.of("name", name, "value", "sk-2"))
                .then()
                .statusCode(409);
        asAdmin()
                .delete("/organizations/{o}/secrets/{s}", organization, taken)
                .then()
                .statusCode(204);

        post("/organizations/" + organization + "/secrets", Map.of("name", name, "value", "sk-2"))
                .then()
                .statusCode(201);
    }

    @Test
    void repeatGetsTheTokenWithoutItsPlaintext() throws SQLException {
        Response first = post("/api-tokens", Map.of("description", "once"));
        Response second = post("/api-tokens", Map.of("description", "once"));

        String plaintext = first.path("token");
        as(plaintext).get("/me").then().statusCode(200);
        assertThat(first.header("Idempotent-Replayed")).isNull();
        second.then()
                .statusCode(201)
                .header("Idempotent-Replayed", "true")
                .header("ETag", first.header("ETag"))
                .header("Location", first.header("Location"))
                .body("id", equalTo(first.path("id")), "$", not(hasKey("token")));
        UUID id = database.column(UUID.class, "select id from idempotency_key where key = ?", key)
                .getFirst();
        byte[] stored = database.column(
                        byte[].class, "select answer_ciphertext from idempotency_key where key = ?", key)
                .getFirst();
        assertThat(cipher.decrypt(stored, new EncryptionContext(new UUID(0, 0), "idempotency_key", id, "answer")))
                .contains(first.<String>path("id"))
                .doesNotContain(plaintext);
    }

    @Test
    void keyExpiresAndIsDeletedAfterADay() throws SQLException {
        String organization = Api.organization();
        post("/organizations/" + organization + "/secrets", Map.of("name", "first", "value", "sk-1"));
        database.execute("update idempotency_key set created_at = created_at - interval '25 hours' where key = ?", key);

        post("/organizations/" + organization + "/secrets", Map.of("name", "second", "value", "sk-1"))
                .then()
                .statusCode(201)
                .body("name", equalTo("second"));

        database.execute("update idempotency_key set created_at = created_at - interval '25 hours' where key = ?", key);
        assertThat(keys.dropExpired()).isPositive();
        assertThat(database.column(String.class, "select key from idempotency_key where key = ?", key))
                .isEmpty();
    }

    @Test
    void sameKeyOfAnotherUserIsAnotherKey() throws SQLException {
        post("/organizations", Map.of("name", freshName("org")));
        database.execute("update idempotency_key set user_id = gen_random_uuid() where key = ?", key);

        post("/organizations", Map.of("name", freshName("org"))).then().statusCode(201);
    }

    private Response post(String path, Object body) {
        return asAdmin().header("Idempotency-Key", key).body(body).post(path);
    }
}
