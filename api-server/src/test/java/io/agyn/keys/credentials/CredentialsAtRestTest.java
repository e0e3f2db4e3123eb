package io.agyn.keys.credentials;

import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.testing.Database;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class CredentialsAtRestTest {
    private static final String SECRET = "/organizations/{org}/secrets/{id}";

    @Inject
    Database database;

    @Inject
    CredentialCipher cipher;

    @Test
    void nothingInTheDatabaseShowsACredential() throws SQLException {
        String organization = Api.organization();
        Api.secret(organization, "marked-secret-value");
        create(organization, "bearer", Map.of("token", "marked-inline-token"));
        create(organization, "custom_headers", Map.of("custom_headers", Map.of("X-Key", "marked-header-value")));
        for (Map<String, String> config : List.of(
                Map.of("address", "https://vault.example", "token", "marked-vault-token"),
                Map.of("address", "https://vault.example", "role_id", "agyn", "secret_id", "marked-secret-id"))) {
            asAdmin()
                    .body(Api.secretProviderBody(config))
                    .post("/organizations/{org}/secret-providers", organization)
                    .then()
                    .statusCode(201);
        }
        String adminToken = Api.adminToken();

        String dump = dump();

        assertThat(dump).contains("X-Key");
        for (String marked : List.of(
                "marked-secret-value",
                "marked-inline-token",
                "marked-header-value",
                "marked-vault-token",
                "marked-secret-id",
                adminToken)) {
            byte[] bytes = marked.getBytes(StandardCharsets.UTF_8);
            assertThat(dump)
                    .doesNotContain(marked)
                    .doesNotContain(HexFormat.of().formatHex(bytes))
                    .doesNotContain(Base64.getEncoder().withoutPadding().encodeToString(bytes));
        }
    }

    @Test
    void updateWithoutACredentialKeepsTheStoredOne() throws SQLException {
        String organization = Api.organization();
        String secret = Api.secret(organization, "kept value");
        String token = create(organization, "bearer", Map.of("token", "kept-token"));
        String headers =
                create(organization, "custom_headers", Map.of("custom_headers", Map.of("X-Key", "kept header")));

        asAdmin()
                .body(Map.of("name", "renamed"))
                .put(SECRET, organization, secret)
                .then()
                .statusCode(200);
        update(organization, token, "x_api_key");
        update(organization, headers, "custom_headers");

        assertThat(decrypted(organization, "secret", secret, "value")).isEqualTo("kept value");
        assertThat(decrypted(organization, "llm_provider", token, "token")).isEqualTo("kept-token");
        assertThat(decrypted(organization, "llm_provider", headers, "custom_headers"))
                .isEqualTo("{\"X-Key\":\"kept header\"}");
    }

    @Test
    void ciphertextMovedToAnotherRowIsReported() throws SQLException {
        String organization = Api.organization();
        String one = Api.secret(organization, "marked-one");
        String other = Api.secret(organization, "marked-other");
        database.execute(
                "update secret set value_ciphertext = (select value_ciphertext from secret where id = ?::uuid)"
                        + " where id = ?::uuid",
                one,
                other);

        try (Log log = Log.listen()) {
            failure(asAdmin().body(Map.of("name", "renamed")).put(SECRET, organization, other))
                    .body("code", equalTo("credential_unreadable"));
            assertThat(log.text())
                    .contains("The value of secret " + other + " cannot be decrypted")
                    .doesNotContain("marked-");
        }

        asAdmin()
                .body(Map.of("name", "renamed", "value", "rewritten"))
                .put(SECRET, organization, other)
                .then()
                .statusCode(200);
        asAdmin()
                .body(Map.of("name", "still readable"))
                .put(SECRET, organization, one)
                .then()
                .statusCode(200);
    }

    @Test
    void failureIsLoggedAndHiddenFromTheCaller() throws SQLException {
        String organization = Api.organization();
        database.execute("alter table secret rename to marked_table");
        try (Log log = Log.listen()) {
            failure(asAdmin()
                            .body(Map.of("name", "marked-name", "value", "marked-value"))
                            .post("/organizations/{org}/secrets", organization))
                    .body("code", equalTo("internal_error"));
            assertThat(log.text())
                    .contains("A request failed as internal_error", "relation \"secret\" does not exist")
                    .doesNotContain("marked-value");
        } finally {
            database.execute("alter table marked_table rename to secret");
        }
    }

    /** A 500 without class names, SQL or stored values. */
    private static ValidatableResponse failure(Response response) {
        assertThat(response.asString())
                .doesNotContainPattern(
                        "(?i)io\\.agyn|java|jackson|hibernate|exception|select|insert|relation|sql|marked");
        return response.then()
                .statusCode(500)
                .contentType(startsWith("application/problem+json"))
                .body("request_id", equalTo(response.header("X-Request-Id")));
    }

    private String decrypted(String organization, String table, String id, String field) throws SQLException {
        byte[] ciphertext = database.column(
                        byte[].class, "select " + field + "_ciphertext from " + table + " where id = ?::uuid", id)
                .getFirst();
        return cipher.decrypt(
                ciphertext, new EncryptionContext(UUID.fromString(organization), table, UUID.fromString(id), field));
    }

    private static String create(String organization, String method, Map<String, ?> credentials) {
        return asAdmin()
                .body(Api.providerBody(method, credentials))
                .post("/organizations/{org}/llm-providers", organization)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private static void update(String organization, String provider, String method) {
        asAdmin()
                .body(Api.providerBody(method, Map.of()))
                .put("/organizations/{org}/llm-providers/{id}", organization, provider)
                .then()
                .statusCode(200);
    }

    /** Every row of every table, as text. */
    private String dump() throws SQLException {
        List<String> tables = database.column(
                String.class, "select table_name::text from information_schema.tables where table_schema = 'public'");
        assertThat(tables).contains("secret", "llm_provider", "api_token");
        StringBuilder dump = new StringBuilder();
        for (String table : tables) {
            dump.append(database.column(String.class, "select t::text from " + table + " t"));
        }
        return dump.toString();
    }

    /** The captured log of the server, including stack traces. */
    private static final class Log extends Handler implements AutoCloseable {
        private static final Logger ROOT = Logger.getLogger("");

        private final StringBuffer text = new StringBuffer();

        static Log listen() {
            Log log = new Log();
            ROOT.addHandler(log);
            return log;
        }

        @Override
        public void publish(LogRecord record) {
            StringWriter trace = new StringWriter();
            if (record.getThrown() != null) {
                record.getThrown().printStackTrace(new PrintWriter(trace));
            }
            text.append(new SimpleFormatter().formatMessage(record))
                    .append('\n')
                    .append(trace);
        }

        String text() {
            return text.toString();
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            ROOT.removeHandler(this);
        }
    }
}
