package io.agyn;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.agyn.keys.Keyset;
import io.agyn.postgres.EmbeddedPostgres;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged server on an external PostgreSQL. */
@Timeout(120)
class OutsideDatabaseIT {

    // Characters with a meaning in shells, URLs or configuration files.
    private static final String PASSWORD = "p$$a${b}\\c%@/:+ \"'#";

    @TempDir
    private Path folder;

    private EmbeddedPostgres postgres;
    private String location;
    private Path keyset;

    @BeforeEach
    void start() throws SQLException {
        postgres = EmbeddedPostgres.on(folder);
        postgres.start();
        location = "127.0.0.1:" + port();
        keyset = folder.resolve("keys.json");
        Keyset.create(keyset);
        update("create role operator login password '" + PASSWORD.replace("'", "''") + "'");
        update("create database control owner operator");
    }

    @AfterEach
    void stop() {
        postgres.close();
    }

    @Test
    void takesUserAndPasswordFromVariables() throws Exception {
        try (ServerProcess server = run(Map.of(
                "AGYN_DATABASE_URL",
                "jdbc:postgresql://" + location + "/control",
                "AGYN_DATABASE_USERNAME",
                "operator",
                "AGYN_DATABASE_PASSWORD",
                PASSWORD))) {
            server.ready().request().get("/api/v1/me").then().statusCode(200);
            assertThat(folder.resolve("server/postgres")).doesNotExist();
            assertThat(server.output()).doesNotContain(PASSWORD);
        }
    }

    @Test
    void takesUserAndPasswordFromTheUrl() throws Exception {
        String encoded = "p%24%24a%24%7Bb%7D%5Cc%25%40%2F%3A%2B%20%22%27%23";
        try (ServerProcess server =
                run(Map.of("AGYN_DATABASE_URL", "postgres://operator:" + encoded + "@" + location + "/control"))) {
            server.ready().request().get("/q/health/ready").then().statusCode(200);
            assertThat(server.output()).doesNotContain(PASSWORD, encoded);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "json"})
    void databaseOutageIsAProblemAndLoggedWithTheRequestId(String format) throws Exception {
        try (ServerProcess server = run(Map.of(
                "AGYN_DATABASE_URL",
                "postgres://" + location + "/control",
                "AGYN_DATABASE_USERNAME",
                "operator",
                "AGYN_DATABASE_PASSWORD",
                PASSWORD,
                "AGYN_LOG_FORMAT",
                format))) {
            server.ready();
            postgres.close();
            server.request()
                    .header("X-Request-Id", "seen-again")
                    .get("/api/v1/me")
                    .then()
                    .statusCode(503)
                    .contentType("application/problem+json")
                    .header("Retry-After", "1")
                    .body("code", equalTo("unavailable"))
                    .body("request_id", equalTo("seen-again"))
                    .body("detail", not(containsString("java")));
            assertThat(server.output().lines().filter(line -> line.contains("A request failed as unavailable")))
                    .singleElement(as(STRING))
                    .contains("seen-again");
        }
    }

    @Test
    void asksForTheKeyset() throws Exception {
        try (ServerProcess server = ServerProcess.run(
                folder.resolve("server"), Map.of("AGYN_DATABASE_URL", "postgres://" + location + "/x"))) {
            assertRejected(
                    server,
                    "With AGYN_DATABASE_URL a keyset file is required: create it once with \"java -jar"
                            + " quarkus-run.jar keyset create <file>\" and set AGYN_KEYSET_FILE to that file on every"
                            + " server of this database.");
        }
    }

    @Test
    void saysThatThePasswordIsWrong() throws Exception {
        try (ServerProcess server = run(Map.of(
                "AGYN_DATABASE_URL",
                "postgres://operator@" + location + "/control",
                "AGYN_DATABASE_PASSWORD",
                "guess"))) {
            assertRejected(
                    server,
                    "The database postgresql://" + location + "/control rejects the user or password: correct"
                            + " AGYN_DATABASE_USERNAME and AGYN_DATABASE_PASSWORD.");
        }
    }

    @Test
    void saysThatThereIsNoSuchDatabase() throws Exception {
        try (ServerProcess server = run(Map.of(
                "AGYN_DATABASE_URL",
                "postgres://operator@" + location + "/nowhere",
                "AGYN_DATABASE_PASSWORD",
                PASSWORD))) {
            assertRejected(
                    server,
                    "There is no database postgresql://" + location
                            + "/nowhere: create it, or correct AGYN_DATABASE_URL.");
        }
    }

    @Test
    void unreachableServerIsReported() throws Exception {
        int unused;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            unused = socket.getLocalPort();
        }
        try (ServerProcess server = run(Map.of(
                "AGYN_DATABASE_URL",
                "postgres://127.0.0.1:" + unused + "/control",
                "AGYN_DATABASE_START_TIMEOUT",
                "0s"))) {
            assertRejected(
                    server,
                    "No PostgreSQL responds at postgresql://127.0.0.1:" + unused
                            + "/control: start it, or correct AGYN_DATABASE_URL.");
        }
    }

    @Test
    void databaseThatIsDownAtTheStartIsWaitedFor() throws Exception {
        postgres.close();
        try (DatabaseLink link = new DatabaseLink(port());
                ServerProcess server = run(Map.of(
                        "AGYN_DATABASE_URL",
                        "postgres://127.0.0.1:" + link.port() + "/control",
                        "AGYN_DATABASE_USERNAME",
                        "operator",
                        "AGYN_DATABASE_PASSWORD",
                        PASSWORD))) {
            await().until(() -> server.errors().contains("AGYN_DATABASE_START_TIMEOUT"));
            postgres = EmbeddedPostgres.on(folder);
            postgres.start();
            link.leadTo(port());
            server.ready().request().get("/q/health/ready").then().statusCode(200);
        }
    }

    @Test
    void saysThatTheDatabaseHasNoTls() throws Exception {
        try (ServerProcess server = run(Map.of(
                "AGYN_DATABASE_URL",
                "postgres://operator@" + location + "/control?sslmode=require",
                "AGYN_DATABASE_PASSWORD",
                PASSWORD))) {
            assertRejected(
                    server,
                    "TLS with the database postgresql://" + location + "/control fails (The server does not support"
                            + " SSL.): turn it on there, or correct sslmode and certificates in AGYN_DATABASE_URL.");
        }
    }

    @Test
    void saysThatTheDatabaseIsReadOnly() throws Exception {
        update("alter database control set default_transaction_read_only = on");
        try (ServerProcess server = run(Map.of(
                "AGYN_DATABASE_URL",
                "postgres://operator@" + location + "/control",
                "AGYN_DATABASE_PASSWORD",
                PASSWORD,
                "AGYN_DATABASE_START_TIMEOUT",
                "0s"))) {
            assertRejected(
                    server,
                    "The database postgresql://" + location + "/control is read-only, as a standby is: name the primary"
                            + " in AGYN_DATABASE_URL, or all of its hosts.");
        }
    }

    @Test
    void missingPrivilegeToCreateTablesIsReported() throws Exception {
        update("create table organization ()");
        try (ServerProcess server = run(Map.of(
                "AGYN_DATABASE_URL",
                postgres.jdbcUrl(),
                "AGYN_DATABASE_USERNAME",
                postgres.username(),
                "AGYN_DATABASE_PASSWORD",
                postgres.password()))) {
            assertThat(server.exitCode()).isEqualTo(1);
            assertThat(server.errors())
                    .startsWith("The database's tables cannot be migrated to this release: ")
                    .hasLineCount(1);
        }
    }

    private int port() {
        return URI.create(postgres.jdbcUrl().substring("jdbc:".length())).getPort();
    }

    private ServerProcess run(Map<String, String> variables) throws Exception {
        Map<String, String> all = new HashMap<>(variables);
        all.put("AGYN_KEYSET_FILE", keyset.toString());
        return ServerProcess.run(folder.resolve("server"), all);
    }

    private void update(String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), postgres.password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void assertRejected(ServerProcess server, String sentence) throws Exception {
        assertThat(server.exitCode()).isEqualTo(1);
        assertThat(server.errors()).isEqualTo(sentence + "\n");
    }
}
