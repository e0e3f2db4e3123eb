package io.agyn;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agyn.postgres.EmbeddedPostgres;
import io.agyn.scripted.ReceivedCall;
import io.agyn.scripted.ScriptedProvider;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The packaged server on databases of earlier releases; see upgrades/README.md. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class UpgradeIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path FIXTURES = Path.of("src/test/resources/upgrades");
    private static final String LAST_RELEASE = "V3";
    private static final int FIRST_WITH_USERS = 4;
    private static final Duration A_SECOND = Duration.ofSeconds(1);
    // Every use of a token moves it.
    private static final Set<String> MOVING = Set.of("last_used_at");
    /** This release's names of fields in usage and audit events, by the names in earlier releases. */
    private static final Map<String, String> RENAMED = Map.of(
            "starts_at", "started_at",
            "model", "model_name",
            "provider", "provider_name",
            "token_id", "api_token_id",
            "token", "api_token_description",
            "user", "user_name",
            "at", "occurred_at");

    @TempDir
    private Path folder;

    private ScriptedProvider provider;
    private EmbeddedPostgres postgres;

    @BeforeEach
    void start() {
        provider = ScriptedProvider.start();
        postgres = EmbeddedPostgres.on(folder);
        postgres.start();
    }

    @AfterEach
    void stop() {
        postgres.close();
        provider.close();
    }

    static Stream<String> fixtures() throws IOException {
        try (Stream<Path> folders = Files.list(FIXTURES)) {
            return folders
                    .filter(Files::isDirectory)
                    .map(path -> path.getFileName().toString())
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void dataOfAnEarlierReleaseKeepsWorking(String fixture) throws Exception {
        load(fixture);
        JsonNode expected =
                JSON.readTree(FIXTURES.resolve(fixture).resolve("expected.json").toFile());
        JsonNode tokens = expected.get("tokens");
        try (ServerProcess server = run(fixture).ready()) {
            String admin = tokens.get("admin").textValue();

            for (JsonNode read : expected.get("reads")) {
                assertReadsAsBefore(server, tokens, read);
            }
            for (JsonNode credential : expected.get("credentials")) {
                Response revealed =
                        as(server, admin).post(credential.get("path").textValue() + "/reveal");
                assertThat(revealed.statusCode()).isEqualTo(200);
                assertThat(revealed.<String>path("value"))
                        .isEqualTo(credential.get("value").textValue());
            }
            if (Integer.parseInt(fixture.substring(1)) < FIRST_WITH_USERS) {
                assertAllTokensAreTheAdministrators(server, admin);
            }
            leadToTheScriptedProvider(server, admin);
            for (JsonNode call : expected.get("calls")) {
                assertIsCalledAsBefore(server, admin, call);
            }
            assertAllIsNewToo(server, admin);

            assertThat(command(fixture, "keyset", "check")).contains("can read everything: ");
            assertThat(command(fixture, "keyset", "list")).contains("primary");
            assertThat(command(fixture, "audit", "verify")).contains("none altered, removed or inserted");
            assertThat(server.output()).doesNotContain("ERROR");
        }
    }

    @Test
    void editedReleasedMigrationIsRejected() throws Exception {
        load("V1");
        execute("update flyway_schema_history set checksum = checksum + 1 where version = '1'");
        try (ServerProcess server = run("V1")) {
            assertThat(server.exitCode()).isEqualTo(1);
            assertThat(server.errors())
                    .startsWith("The database's tables cannot be migrated to this release: ")
                    .hasLineCount(1);
        }
    }

    @Test
    void migrationDoesNotWaitLongForALockedTable() throws Exception {
        load(LAST_RELEASE);
        try (Connection connection = connect();
                Statement reader = connection.createStatement()) {
            connection.setAutoCommit(false);
            reader.execute("lock table api_token in access share mode");
            try (ServerProcess server = run(LAST_RELEASE)) {
                assertThat(server.exitCode()).isEqualTo(1);
                assertThat(server.errors())
                        .isEqualTo("The database's tables cannot be migrated to this release while others lock them for"
                                + " seconds: start the server again.\n");
            }
        }
        try (ServerProcess server = run(LAST_RELEASE).ready()) {
            assertThat(server.output()).doesNotContain("ERROR");
        }
    }

    @Test
    void startsOnTheTablesOfTheNextRelease() throws Exception {
        load("V7");
        try (ServerProcess server = run("V7").ready()) {
            assertThat(server.output()).doesNotContain("ERROR");
        }
        execute("insert into flyway_schema_history select 1000, '1000', 'next', type, 'V1000__next.sql', 1,"
                + " installed_by, installed_on, execution_time, success from flyway_schema_history where version ="
                + " '1'");
        try (ServerProcess server = run("V7").ready()) {
            assertThat(server.output()).doesNotContain("ERROR");
        }
    }

    @Test
    void serversThatStartAtOnceMigrateOnce() throws Exception {
        load(LAST_RELEASE);
        try (ServerProcess one = run("one", LAST_RELEASE);
                ServerProcess other = run("other", LAST_RELEASE)) {
            one.ready();
            other.ready();
            assertThat(one.output() + other.output())
                    .doesNotContain("ERROR")
                    .containsOnlyOnce("to version \"4 - users\"");
        }
    }

    private static void assertReadsAsBefore(ServerProcess server, JsonNode tokens, JsonNode read) throws IOException {
        String path = read.get("path").textValue().replace("provider,identity,", "provider,user,");
        String token = read.get("token").textValue();
        Response response = as(server, tokens.get(token).textValue()).get(path);
        assertThat(response.statusCode())
                .as("%s with %s", path, token)
                .isEqualTo(read.get("status").intValue());
        if (read.has("body")) {
            JsonNode body = JSON.readTree(response.asString());
            assertContains(path + " with " + token, body, read.get("body"));
            // A hash of the body; later releases may add fields.
            if (body.equals(read.get("body"))) {
                assertThat(response.header("ETag"))
                        .as(path)
                        .isEqualTo(read.get("etag").textValue());
            }
        }
    }

    /** Asserts that a response contains all earlier fields, and perhaps more. */
    private static void assertContains(String path, JsonNode actual, JsonNode expected) {
        if (expected.isObject()) {
            Set<String> names = new TreeSet<>();
            expected.fieldNames().forEachRemaining(names::add);
            names.removeAll(MOVING);
            for (String earlier : names) {
                String name = hasRenamedFields(path) ? RENAMED.getOrDefault(earlier, earlier) : earlier;
                assertThat(actual.has(name)).as("%s has %s", path, name).isTrue();
                assertContains(path + "/" + name, actual.get(name), expected.get(earlier));
            }
        } else if (expected.isArray()) {
            assertThat(actual.size()).as(path).isEqualTo(expected.size());
            for (int i = 0; i < expected.size(); i++) {
                assertContains(path + "/" + i, actual.get(i), expected.get(i));
            }
        } else {
            assertThat(actual).as(path).isEqualTo(expected);
        }
    }

    private static boolean hasRenamedFields(String place) {
        return place.contains("/usage") || place.contains("/audit-events");
    }

    private static void assertAllTokensAreTheAdministrators(ServerProcess server, String admin) throws IOException {
        Response users = as(server, admin).get("/api/v1/users");
        assertThat(users.<List<String>>path("items.role")).containsExactly("cluster_admin");
        assertThat(users.<List<String>>path("items.state")).containsExactly("active");
        String administrator = users.path("items[0].id");
        assertThat(as(server, admin).get("/api/v1/api-tokens").<List<String>>path("items.user_id"))
                .hasSizeGreaterThan(3)
                .containsOnly(administrator);
    }

    /** Changes the LLM providers' endpoint without credentials, which they keep. */
    private void leadToTheScriptedProvider(ServerProcess server, String admin) throws Exception {
        for (String organization : ids(server, admin, "/api/v1/organizations")) {
            String path = "/api/v1/organizations/" + organization + "/llm-providers";
            JsonNode list = JSON.readTree(as(server, admin).get(path).asString());
            for (JsonNode item : list.get("items")) {
                ObjectNode body = JSON.createObjectNode();
                for (String field : List.of("name", "protocol", "auth_method", "token_secret_id")) {
                    if (!item.path(field).isNull()) {
                        body.set(field, item.get(field));
                    }
                }
                body.put("endpoint", provider.origin() + "/v1");
                as(server, admin)
                        .body(body.toString())
                        .put(path + "/" + item.get("id").textValue())
                        .then()
                        .statusCode(200);
            }
        }
        Thread.sleep(A_SECOND);
    }

    private void assertIsCalledAsBefore(ServerProcess server, String admin, JsonNode call) throws IOException {
        int before = provider.received().size();
        as(server, admin)
                .body(call.get("body").toString())
                .post(call.get("path").textValue())
                .then()
                .statusCode(200);
        assertThat(provider.received()).hasSize(before + 1);
        ReceivedCall received = provider.received().getLast();
        assertThat(received.values(call.get("header").textValue()))
                .containsExactly(call.get("value").textValue());
        assertThat(received.text()).contains("\"" + call.get("remote_model").textValue() + "\"");
    }

    /** Checks this release's additions on old rows. */
    private static void assertAllIsNewToo(ServerProcess server, String admin) throws IOException {
        String organization = ids(server, admin, "/api/v1/organizations").getFirst();
        String user = as(server, admin)
                .body(Map.of("name", "New", "email", "new@acme.example"))
                .post("/api/v1/users")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        as(server, admin)
                .body(Map.of("user_id", user, "role", "owner"))
                .post("/api/v1/organizations/" + organization + "/members")
                .then()
                .statusCode(201);
        String token = as(server, admin)
                .body(Map.of("description", "New", "user_id", user))
                .post("/api/v1/api-tokens")
                .then()
                .statusCode(201)
                .extract()
                .path("token");
        assertThat(ids(server, token, "/api/v1/organizations")).containsExactly(organization);
        Response secrets = as(server, token).get("/api/v1/organizations/" + organization + "/secrets");
        assertThat(secrets.<List<String>>path("items.id")).hasSizeGreaterThan(1);
        Response events = as(server, token).get("/api/v1/organizations/" + organization + "/audit-events");
        assertThat(events.<List<String>>path("items.operation")).contains("addMember", "revealSecret");
    }

    private static List<String> ids(ServerProcess server, String token, String path) throws IOException {
        return as(server, token).get(path).then().statusCode(200).extract().path("items.id");
    }

    private static RequestSpecification as(ServerProcess server, String token) throws IOException {
        return RestAssured.given()
                .baseUri(server.baseUrl().toString())
                .header("Authorization", "Bearer " + token)
                .contentType(ContentType.JSON);
    }

    /** Creates a database with a fixture's schema and rows, without traces of the current release. */
    private void load(String fixture) throws Exception {
        Flyway.configure()
                .dataSource(postgres.jdbcUrl(), postgres.username(), postgres.password())
                .target(fixture.substring(1))
                .load()
                .migrate();
        // The triggers ran when the rows were first written.
        execute("truncate flyway_schema_history; set session_replication_role = replica;"
                + Files.readString(FIXTURES.resolve(fixture).resolve("rows.sql")));
    }

    private ServerProcess run(String fixture) throws IOException {
        return run("server", fixture);
    }

    private ServerProcess run(String name, String fixture) throws IOException {
        return ServerProcess.run(folder.resolve(name), variables(fixture));
    }

    private String command(String fixture, String... arguments) throws Exception {
        try (ServerProcess command = ServerProcess.run(folder.resolve("command"), variables(fixture), arguments)) {
            assertThat(command.exitCode()).as(command.errors()).isZero();
            return command.output();
        }
    }

    /** A copy that only its owner can read, unlike a checked-out file. */
    private Path keyset(String fixture) {
        Path copy = folder.resolve("keyset-" + fixture + ".json");
        try {
            if (!Files.exists(copy)) {
                Files.copy(FIXTURES.resolve(fixture).resolve("keyset.json"), copy);
                Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-------"));
            }
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, String> variables(String fixture) {
        return Map.of(
                "AGYN_DATABASE_URL",
                postgres.jdbcUrl(),
                "AGYN_DATABASE_USERNAME",
                postgres.username(),
                "AGYN_DATABASE_PASSWORD",
                postgres.password(),
                "AGYN_KEYSET_FILE",
                keyset(fixture).toString(),
                // Fixtures get old.
                "AGYN_USAGE_RETENTION",
                "3650d",
                "AGYN_AUDIT_RETENTION",
                "3650d");
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), postgres.password());
    }
}
