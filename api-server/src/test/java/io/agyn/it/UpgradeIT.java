package io.agyn.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agyn.scripted.ReceivedCall;
import io.agyn.scripted.ScriptedProvider;
import io.agyn.testing.Api;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
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
    private static final Set<String> MOVING = Set.of("last_used_at", "last_used_address", "last_used_user_agent");
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
    private ExternalDatabase database;

    @BeforeEach
    void start() throws IOException {
        provider = ScriptedProvider.start();
        database = ExternalDatabase.start(folder);
    }

    @AfterEach
    void stop() throws IOException {
        database.close();
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
        try (ServerProcess server = start(fixture)) {
            String admin = tokens.get("admin").textValue();

            for (JsonNode read : expected.get("reads")) {
                assertReadsAsBefore(server, tokens, read);
            }
            for (JsonNode credential : expected.get("credentials")) {
                String field = credential.path("field").asText("value");
                String reveal = field.equals("value") ? "/reveal" : "/reveal-credentials";
                Response revealed = server.as(admin).post(credential.get("path").textValue() + reveal);
                assertThat(revealed.statusCode()).isEqualTo(200);
                assertThat(revealed.<String>path(field))
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

            ServerCommands commands = new ServerCommands(folder.resolve("command"), variables(fixture));
            assertThat(commands.succeed("keyset", "check")).contains("can read everything: ");
            assertThat(commands.succeed("keyset", "list")).contains("primary");
            assertThat(commands.succeed("audit", "verify")).contains("none altered, removed or inserted");
            assertThat(server.output()).doesNotContain("ERROR");
        }
    }

    @Test
    void editedReleasedMigrationIsRejected() throws Exception {
        load("V1");
        database.execute("update flyway_schema_history set checksum = checksum + 1 where version = '1'");
        try (ServerProcess server = run("server", "V1")) {
            assertThat(server.exitCode()).isEqualTo(1);
            assertThat(server.errors())
                    .startsWith("The database's tables cannot be migrated to this release: ")
                    .hasLineCount(1);
        }
    }

    @Test
    void migrationDoesNotWaitLongForALockedTable() throws Exception {
        load(LAST_RELEASE);
        try (Connection connection = database.connect();
                Statement reader = connection.createStatement()) {
            connection.setAutoCommit(false);
            reader.execute("lock table api_token in access share mode");
            try (ServerProcess server = run("server", LAST_RELEASE)) {
                server.assertRejected("The database's tables cannot be migrated to this release while others lock them"
                        + " for seconds: start the server again.");
            }
        }
        try (ServerProcess server = start(LAST_RELEASE)) {
            assertThat(server.output()).doesNotContain("ERROR");
        }
    }

    @Test
    void startsOnTheTablesOfTheNextRelease() throws Exception {
        load("V7");
        try (ServerProcess server = start("V7")) {
            assertThat(server.output()).doesNotContain("ERROR");
        }
        database.execute("insert into flyway_schema_history select 1000, '1000', 'next', type, 'V1000__next.sql', 1,"
                + " installed_by, installed_on, execution_time, success from flyway_schema_history where version ="
                + " '1'");
        try (ServerProcess server = start("V7")) {
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
        Response response = server.as(tokens.get(token).textValue()).get(path);
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
        Response users = server.as(admin).get("/api/v1/users");
        assertThat(users.<List<String>>path("items.role")).containsExactly("cluster_admin");
        assertThat(users.<List<String>>path("items.state")).containsExactly("active");
        String administrator = users.path("items[0].id");
        assertThat(server.as(admin).get("/api/v1/api-tokens").<List<String>>path("items.user_id"))
                .hasSizeGreaterThan(3)
                .containsOnly(administrator);
    }

    /** Changes the LLM providers' endpoint without credentials, which they keep. */
    private void leadToTheScriptedProvider(ServerProcess server, String admin) throws Exception {
        for (String organization : ids(server, admin, "/api/v1/organizations")) {
            String path = "/api/v1/organizations/" + organization + "/llm-providers";
            JsonNode list = JSON.readTree(server.as(admin).get(path).asString());
            for (JsonNode item : list.get("items")) {
                ObjectNode body = JSON.createObjectNode();
                for (String field : List.of("name", "protocol", "auth_method", "token_secret_id")) {
                    if (!item.path(field).isNull()) {
                        body.set(field, item.get(field));
                    }
                }
                body.put("endpoint", provider.origin() + "/v1");
                server.as(admin)
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
        server.as(admin)
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
        assertThat(server.as(admin).get("/api/v1/users").<List<String>>path("items.username"))
                .doesNotContainNull()
                .doesNotHaveDuplicates()
                .contains("administrator");
        String user = server.as(admin)
                .body(Map.of("name", "New", "email", "new@acme.example"))
                .post("/api/v1/users")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        server.as(admin)
                .body(Map.of("user_id", user, "role", "owner"))
                .post("/api/v1/organizations/" + organization + "/members")
                .then()
                .statusCode(201);
        String token = server.as(admin)
                .body(Api.tokenBody(Map.of("user_id", user)))
                .post("/api/v1/api-tokens")
                .then()
                .statusCode(201)
                .extract()
                .path("token");
        assertThat(ids(server, token, "/api/v1/organizations")).containsExactly(organization);
        Response secrets = server.as(token).get("/api/v1/organizations/" + organization + "/secrets");
        assertThat(secrets.<List<String>>path("items.id")).hasSizeGreaterThan(1);
        Response events = server.as(token).get("/api/v1/organizations/" + organization + "/audit-events");
        assertThat(events.<List<String>>path("items.operation")).contains("addMember", "revealSecret");
    }

    private static List<String> ids(ServerProcess server, String token, String path) throws IOException {
        return server.as(token).get(path).then().statusCode(200).extract().path("items.id");
    }

    /** Creates a database with a fixture's schema and rows, without traces of the current release. */
    private void load(String fixture) throws Exception {
        Flyway.configure()
                .dataSource(
                        database.postgres().jdbcUrl(),
                        database.postgres().username(),
                        database.postgres().password())
                .target(fixture.substring(1))
                .load()
                .migrate();
        // The triggers ran when the rows were first written.
        database.execute("truncate flyway_schema_history; set session_replication_role = replica;"
                + Files.readString(FIXTURES.resolve(fixture).resolve("rows.sql")));
    }

    private ServerProcess start(String fixture) throws Exception {
        return ServerProcess.start(folder.resolve("server"), variables(fixture));
    }

    private ServerProcess run(String name, String fixture) throws IOException {
        return ServerProcess.run(folder.resolve(name), variables(fixture));
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
        Map<String, String> variables = database.variables();
        variables.put("AGYN_KEYSET_FILE", keyset(fixture).toString());
        // Fixtures get old.
        variables.put("AGYN_USAGE_RETENTION", "3650d");
        variables.put("AGYN_AUDIT_RETENTION", "3650d");
        return variables;
    }
}
