package io.agyn.keys;

import static io.agyn.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.agyn.Api;
import io.agyn.postgres.PostgresTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class CredentialsAtRestTest {
    private static final String SECRET = "/organizations/{org}/secrets/{id}";

    @Inject
    DataSource database;

    @Test
    void nothingInTheDatabaseShowsACredential() throws SQLException {
        String organization = Api.organization();
        Api.secret(organization, "marked-secret-value");
        create(organization, "bearer", Map.of("token", "marked-inline-token"));
        create(organization, "custom_headers", Map.of("custom_headers", Map.of("X-Key", "marked-header-value")));
        String adminToken = Api.adminToken();

        String dump = dump();

        assertThat(dump).contains("X-Key");
        for (String marked : List.of("marked-secret-value", "marked-inline-token", "marked-header-value", adminToken)) {
            byte[] bytes = marked.getBytes(StandardCharsets.UTF_8);
            assertThat(dump)
                    .doesNotContain(marked)
                    .doesNotContain(HexFormat.of().formatHex(bytes))
                    .doesNotContain(Base64.getEncoder().withoutPadding().encodeToString(bytes));
        }
    }

    @Test
    void aCiphertextThatIsMovedToAnotherRowDoesNotDecryptAndSaysSo() throws SQLException {
        String organization = Api.organization();
        String one = Api.secret(organization, "one");
        String other = Api.secret(organization, "other");
        execute("update secret set value_ciphertext = (select value_ciphertext from secret where id = '" + one
                + "') where id = '" + other + "'");
        asAdmin()
                .body(Map.of("name", "renamed"))
                .put(SECRET, organization, other)
                .then()
                .statusCode(500)
                .body("code", equalTo("credential_unreadable"));
        asAdmin()
                .body(Map.of("name", "renamed", "value", "written anew"))
                .put(SECRET, organization, other)
                .then()
                .statusCode(200);
        asAdmin()
                .body(Map.of("name", "still readable"))
                .put(SECRET, organization, one)
                .then()
                .statusCode(200);
    }

    private static void create(String organization, String method, Map<String, ?> credentials) {
        asAdmin()
                .body(Api.providerBody(method, credentials))
                .post("/organizations/{org}/llm-providers", organization)
                .then()
                .statusCode(201);
    }

    /** Every row of every table, as text. */
    private String dump() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            List<String> tables = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery(
                    "select table_name from information_schema.tables where table_schema = 'public'")) {
                while (rows.next()) {
                    tables.add(rows.getString(1));
                }
            }
            assertThat(tables).contains("secret", "llm_provider", "api_token");
            StringBuilder dump = new StringBuilder();
            for (String table : tables) {
                try (ResultSet rows = statement.executeQuery("select t::text from " + table + " t")) {
                    while (rows.next()) {
                        dump.append(rows.getString(1)).append('\n');
                    }
                }
            }
            return dump.toString();
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(sql)).isEqualTo(1);
        }
    }
}
