package io.agyn.it;

import static io.agyn.it.Cluster.PATIENCE;
import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged server on an external PostgreSQL. */
class ExternalDatabaseIT {

    // Characters with a meaning in shells, URLs or configuration files.
    private static final String PASSWORD = "p$$a${b}\\c%@/:+ \"'#";

    @TempDir
    private Path folder;

    private ExternalDatabase database;
    private String location;

    @BeforeEach
    void start() throws IOException, SQLException {
        database = ExternalDatabase.start(folder);
        location = "127.0.0.1:" + database.port();
        database.execute(
                "create role operator login password '" + PASSWORD.replace("'", "''") + "'",
                "create database control owner operator");
    }

    @AfterEach
    void stop() throws IOException {
        database.close();
    }

    @Test
    void takesUserAndPasswordFromVariables() throws Exception {
        try (ServerProcess server = run("jdbc:postgresql://" + location + "/control", "operator", PASSWORD, Map.of())) {
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
        try (ServerProcess server =
                run("postgres://" + location + "/control", "operator", PASSWORD, Map.of("AGYN_LOG_FORMAT", format))) {
            server.ready();
            database.stop();
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
    void serversStartingTogetherCreateTablesAndFirstAdminOnce() throws Exception {
        List<ServerProcess> servers = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                servers.add(ServerProcess.run(folder.resolve("server-" + i), database.variables()));
            }
            servers.forEach(ServerProcess::ready);
            assertThat(database.number("select count(*) - count(distinct version) from flyway_schema_history"))
                    .isZero();
            assertThat(database.number("select count(*) from flyway_schema_history where not success"))
                    .isZero();
            assertThat(database.number("select count(*) from app_user")).isEqualTo(1);
            List<Path> tokens = Stream.of(0, 1, 2)
                    .map(i -> folder.resolve("server-" + i + "/admin-token"))
                    .filter(Files::exists)
                    .toList();
            assertThat(tokens).hasSize(1);
            String token = Files.readString(tokens.getFirst()).strip();
            for (ServerProcess server : servers) {
                assertThat(server.statusOfMe(token)).isEqualTo(200);
            }
        } finally {
            for (ServerProcess server : servers) {
                server.close();
            }
        }
    }

    @Test
    void asksForTheKeyset() throws Exception {
        try (ServerProcess server = ServerProcess.run(
                folder.resolve("server"), Map.of("AGYN_DATABASE_URL", "postgres://" + location + "/x"))) {
            server.assertRejected("With AGYN_DATABASE_URL a keyset file is required: create it once with \"java -jar"
                    + " quarkus-run.jar keyset create <file>\" and set AGYN_KEYSET_FILE to that file on every"
                    + " server of this database.");
        }
    }

    @Test
    void saysThatThePasswordIsWrong() throws Exception {
        assertRejected(
                operator("control", "guess"),
                "The database postgresql://" + location + "/control rejects the user or password: correct"
                        + " AGYN_DATABASE_USERNAME and AGYN_DATABASE_PASSWORD.");
    }

    @Test
    void saysThatThereIsNoSuchDatabase() throws Exception {
        assertRejected(
                operator("nowhere", PASSWORD),
                "There is no database postgresql://" + location + "/nowhere: create it, or correct AGYN_DATABASE_URL.");
    }

    @Test
    void unreachableServerIsReported() throws Exception {
        int unused = Nginx.freePort();
        assertRejected(
                Map.of(
                        "AGYN_DATABASE_URL",
                        "postgres://127.0.0.1:" + unused + "/control",
                        "AGYN_DATABASE_START_TIMEOUT",
                        "0s"),
                "No PostgreSQL responds at postgresql://127.0.0.1:" + unused
                        + "/control: start it, or correct AGYN_DATABASE_URL.");
    }

    @Test
    void databaseThatIsDownAtTheStartIsWaitedFor() throws Exception {
        Map<String, String> variables = database.variables("control", "operator", PASSWORD);
        database.stop();
        try (ServerProcess server = run(variables)) {
            await().atMost(PATIENCE).until(() -> server.errors().contains("AGYN_DATABASE_START_TIMEOUT"));
            database.restart();
            server.ready().request().get("/q/health/ready").then().statusCode(200);
        }
    }

    @Test
    void saysThatTheDatabaseHasNoTls() throws Exception {
        assertRejected(
                operator("control?sslmode=require", PASSWORD),
                "TLS with the database postgresql://" + location + "/control fails (The server does not support"
                        + " SSL.): turn it on there, or correct sslmode and certificates in AGYN_DATABASE_URL.");
    }

    @Test
    void saysThatTheDatabaseIsReadOnly() throws Exception {
        database.execute("alter database control set default_transaction_read_only = on");
        Map<String, String> variables = operator("control", PASSWORD);
        variables.put("AGYN_DATABASE_START_TIMEOUT", "0s");
        assertRejected(
                variables,
                "The database postgresql://" + location + "/control is read-only, as a standby is: name the primary"
                        + " in AGYN_DATABASE_URL, or all of its hosts.");
    }

    @Test
    void missingPrivilegeToCreateTablesIsReported() throws Exception {
        database.execute("create table organization ()");
        try (ServerProcess server = run(database.variables())) {
            assertThat(server.exitCode()).isEqualTo(1);
            assertThat(server.errors())
                    .startsWith("The database's tables cannot be migrated to this release: ")
                    .hasLineCount(1);
        }
    }

    private ServerProcess run(String url, String username, String password, Map<String, String> others)
            throws IOException {
        Map<String, String> variables = new HashMap<>(others);
        variables.put("AGYN_DATABASE_URL", url);
        variables.put("AGYN_DATABASE_USERNAME", username);
        variables.put("AGYN_DATABASE_PASSWORD", password);
        return run(variables);
    }

    private ServerProcess run(Map<String, String> variables) throws IOException {
        Map<String, String> all = new HashMap<>(variables);
        all.put("AGYN_KEYSET_FILE", database.keyset().toString());
        return ServerProcess.run(folder.resolve("server"), all);
    }

    private void assertRejected(Map<String, String> variables, String sentence) throws Exception {
        try (ServerProcess server = run(variables)) {
            server.assertRejected(sentence);
        }
    }

    private Map<String, String> operator(String database, String password) {
        return new HashMap<>(Map.of(
                "AGYN_DATABASE_URL",
                "postgres://operator@" + location + "/" + database,
                "AGYN_DATABASE_PASSWORD",
                password));
    }
}
