package io.agyn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.agyn.database.InstalledPostgres;
import io.agyn.keys.Keyset;
import io.agyn.postgres.EmbeddedPostgres;
import io.agyn.postgres.OnlineBackup;
import io.agyn.scripted.ScriptedProvider;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Backup and restore, as documented in docs/operations/backup.md. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class BackupIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private final Queue<Exception> failures = new ConcurrentLinkedQueue<>();
    // Interrupting a thread that waits for the database would close its connection.
    private final CountDownLatch enough = new CountDownLatch(1);
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ScriptedProvider provider = ScriptedProvider.start();
    private Path data;
    private String organization;
    private String secret;
    private String llmProvider;
    private String kept;
    private String revoked;
    private String revokedId;
    private String added;
    private List<String> stored;

    @BeforeEach
    void prepare() {
        data = folder.resolve("data");
    }

    @AfterEach
    void stop() {
        provider.close();
        http.close();
    }

    @Test
    void copiedDataFolderOfAStoppedServerWorks() throws Exception {
        try (ServerProcess server = ServerProcess.run(data, Map.of()).ready()) {
            fill(server);
            stop(server);
        }
        run(List.of("cp", "-a", data.toString(), folder.resolve("copy").toString()), Map.of());
        try (ServerProcess server = ServerProcess.run(data, Map.of()).ready()) {
            change(server);
        }

        try (ServerProcess server =
                ServerProcess.run(folder.resolve("copy"), Map.of()).ready()) {
            assertAsBefore(server, folder.resolve("copy"), Map.of());
        }
    }

    @Test
    void backupOfARunningServerContainsAcknowledgedWrites() throws Exception {
        Path backup = folder.resolve("backup");
        Path keyset = folder.resolve("keyset-backup.json");
        Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
        List<String> before;
        try (ServerProcess server = ServerProcess.run(data, Map.of()).ready()) {
            fill(server);
            Thread writer = Thread.ofVirtual().start(() -> write(server, acknowledged));
            Thread checkpoints = Thread.ofVirtual().start(this::reuseTheLog);
            await("writes").atMost(PATIENCE).until(() -> acknowledged.size() > 20);
            before = List.copyOf(acknowledged);
            assertThat(succeed(data, Map.of(), "backup", backup.toString()))
                    .matches("Copied the databases to " + backup + " \\([0-9]+ MiB\\)\\. The keyset, which decrypts"
                            + " their credentials, is not included\\.\n");
            succeed(data, Map.of(), "keyset", "backup", keyset.toString());
            enough.countDown();
            checkpoints.join();
            writer.join();
            assertThat(failures).isEmpty();
            change(server);
            assertThat(server.output()).doesNotContain("ERROR");
        }

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup)))
                .isEqualTo("rwx------");
        Path restored = restore(backup);
        assertThat(rejected(restored, Map.of())).startsWith("The keyset file " + restored.resolve("keyset.json"));
        Keyset.create(restored.resolve("keyset.json"));
        assertThat(rejected(restored, Map.of()))
                .startsWith("The keyset is not the one that this database's credentials");
        Files.delete(restored.resolve("keyset.json"));
        Files.copy(keyset, restored.resolve("keyset.json"));
        try (ServerProcess server = ServerProcess.run(restored, Map.of()).ready()) {
            assertAsBefore(server, restored, Map.of());
            List<String> names = request(server)
                    .get("/api/v1/" + inOrganization("secrets?page_size=1000"))
                    .jsonPath()
                    .getList("items.name");
            assertThat(names).containsAll(before);
        }
    }

    @Test
    void backupOfAStoppedServerIsTheSame() throws Exception {
        try (ServerProcess server = ServerProcess.run(data, Map.of()).ready()) {
            fill(server);
            stop(server);
        }
        succeed(data, Map.of(), "backup", folder.resolve("backup").toString());
        assertThat(data.resolve("postgres/postmaster.pid")).doesNotExist();

        Path restored = restore(folder.resolve("backup"));
        Files.copy(data.resolve("keyset.json"), restored.resolve("keyset.json"));
        assertThat(succeed(restored, Map.of(), "keyset", "check")).contains("can read everything");
        assertThat(succeed(restored, Map.of(), "audit", "verify")).startsWith("The audit log is intact: ");
        try (ServerProcess server = ServerProcess.run(restored, Map.of()).ready()) {
            assertAsBefore(server, restored, Map.of());
        }
    }

    @Test
    void failedBackupOverwritesNothingAndLeavesNoFiles() throws Exception {
        try (ServerProcess server = ServerProcess.run(data, Map.of()).ready()) {
            Path there = Files.createDirectory(folder.resolve("there"));
            assertThat(rejected(data, Map.of(), "backup", there.toString()))
                    .isEqualTo(there + " already exists and is never overwritten: name another folder.\n");
            Path within = data.resolve("postgres/backup");
            assertThat(rejected(data, Map.of(), "backup", within.toString()))
                    .isEqualTo(within + " is within PostgreSQL's own folder: name one outside of "
                            + data.resolve("postgres") + ".\n");
            Path nowhere = folder.resolve("no/backup");
            assertThat(rejected(data, Map.of(), "backup", nowhere.toString()))
                    .isEqualTo("The backup " + nowhere + " cannot be created (" + nowhere.getParent()
                            + " does not exist): free disk space, and name a new folder in an existing, writable"
                            + " one.\n");
            Files.createSymbolicLink(data.resolve("postgres/elsewhere"), there);
            assertThat(rejected(
                            data, Map.of(), "backup", folder.resolve("backup").toString()))
                    .contains(data.resolve("postgres/elsewhere") + ": is a link");
            assertThat(rejected(data, Map.of("AGYN_DATABASE_URL", "postgres://127.0.0.1/x"), "backup", "x"))
                    .startsWith("AGYN_DATABASE_URL is set");
            server.request().get("/api/v1/me").then().statusCode(200);
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactlyInAnyOrder(data, folder.resolve("there"));
        }
    }

    @Test
    void externalDatabaseIsRestoredIntoAnEmptyOne() throws Exception {
        assumeThat(InstalledPostgres.isThere())
                .as("a PostgreSQL with its clients is installed")
                .isTrue();
        try (InstalledPostgres postgres = InstalledPostgres.start(folder.resolve("outside"))) {
            execute(
                    postgres.connect(),
                    "create role operator login password 'pass'",
                    "create database control owner operator",
                    "create database restored owner operator");
            String location = "postgresql://operator@127.0.0.1:" + postgres.port() + "/";
            Map<String, String> password = Map.of("PGPASSWORD", "pass");
            String dump = folder.resolve("agyn.dump").toString();
            try (ServerProcess server =
                    ServerProcess.run(data, outside(location + "control")).ready()) {
                fill(server);
                run(
                        List.of(
                                postgres.program("pg_dump"),
                                "--format=custom",
                                "--file=" + dump,
                                "--dbname=" + location + "control"),
                        password);
                change(server);
                stop(server);
            }
            run(
                    List.of(
                            postgres.program("pg_restore"),
                            "--exit-on-error",
                            "--no-owner",
                            "--dbname=" + location + "restored",
                            dump),
                    password);
            assertRestored(outside(location + "restored"));
        }
    }

    /** Needs no PostgreSQL client: the server copies the database, and the copy replaces it. */
    @Test
    void externalDatabaseIsRestoredWhileServersAreStopped() throws Exception {
        try (EmbeddedPostgres postgres = embedded(folder.resolve("outside"))) {
            execute(
                    connect(postgres),
                    "create role operator login password 'pass'",
                    "create database control owner operator");
            Map<String, String> variables = outside("postgresql://operator@127.0.0.1:" + port(postgres) + "/control");
            try (ServerProcess server = ServerProcess.run(data, variables).ready()) {
                fill(server);
                stop(server);
            }
            execute(connect(postgres), "create database backup template control owner operator");
            try (ServerProcess server = ServerProcess.run(data, variables).ready()) {
                change(server);
                stop(server);
            }
            execute(
                    connect(postgres),
                    "drop database control",
                    "create database control template backup owner operator");
            assertRestored(variables);
        }
    }

    @Test
    void restoredDatabaseInvalidatesTheCachesOfARunningServer() throws Exception {
        Path backup = folder.resolve("backup");
        try (EmbeddedPostgres postgres = embedded(folder.resolve("outside"));
                DatabaseLink link = new DatabaseLink(port(postgres))) {
            Map<String, String> variables = outside("postgresql://agyn@127.0.0.1:" + link.port() + "/postgres");
            variables.put("AGYN_DATABASE_PASSWORD", postgres.password());
            try (ServerProcess server = ServerProcess.run(data, variables).ready()) {
                fill(server);
                try (Connection connection = connect(postgres)) {
                    OnlineBackup.take(connection, folder.resolve("outside"), backup);
                }
                change(server);
                postgres.close();
                try (EmbeddedPostgres restored = embedded(backup)) {
                    link.leadTo(port(restored));
                    await("the later token is unknown").atMost(PATIENCE).until(() -> call(server, added) == 401);
                    assertAsBefore(server, data, variables);
                    stop(server);
                }
            }
        }
    }

    /** Writes the data that a backup must contain. */
    private void fill(ServerProcess server) throws Exception {
        kept = server.token();
        organization = create(server, "organizations", Map.of("name", "Acme"));
        secret = create(server, inOrganization("secrets"), Map.of("name", "key", "value", "sk-old"));
        llmProvider = create(
                server,
                inOrganization("llm-providers"),
                Map.of(
                        "name", "provider",
                        "endpoint", provider.origin() + "/v1",
                        "protocol", "responses",
                        "auth_method", "bearer",
                        "token_secret_id", secret));
        create(
                server,
                inOrganization("models"),
                Map.of("name", "gpt", "provider_id", llmProvider, "remote_model_name", "gpt-remote"));
        Response token = token(server);
        revoked = token.path("token");
        revokedId = token.path("id");
        assertThat(call(server, revoked)).isEqualTo(200);
        stored = stored(server);
    }

    /** Makes changes that a restored backup undoes. */
    private void change(ServerProcess server) throws Exception {
        request(server).delete("/api/v1/api-tokens/" + revokedId).then().statusCode(204);
        added = token(server).path("token");
        request(server)
                .contentType(ContentType.JSON)
                .body(Map.of("name", "key", "value", "sk-new"))
                .put("/api/v1/" + inOrganization("secrets/" + secret))
                .then()
                .statusCode(200);
        create(
                server,
                inOrganization("models"),
                Map.of("name", "late", "provider_id", llmProvider, "remote_model_name", "gpt-remote"));
        await("the rotated key is active")
                .atMost(PATIENCE)
                .until(() -> call(server, added) == 200 && keyOfLastCall().equals("sk-new"));
        assertThat(call(server, revoked)).isEqualTo(401);
        assertThat(call(server, added, "late")).isEqualTo(200);
    }

    private void assertAsBefore(ServerProcess server, Path dataFolder, Map<String, String> variables) throws Exception {
        assertThat(stored(server)).isEqualTo(stored);
        assertThat(call(server, kept)).isEqualTo(200);
        assertThat(keyOfLastCall()).isEqualTo("sk-old");
        assertThat(call(server, revoked)).isEqualTo(200);
        assertThat(call(server, added == null ? "agyn_none" : added)).isEqualTo(401);
        assertThat(call(server, kept, "late")).isEqualTo(404);
        assertThat(succeed(dataFolder, variables, "keyset", "check")).contains("can read everything");
        // The log accepts new events, and continues its chain.
        create(server, inOrganization("secrets"), Map.of("name", "after", "value", "v"));
        assertThat(succeed(dataFolder, variables, "audit", "verify")).startsWith("The audit log is intact: ");
        assertThat(server.output()).doesNotContain("ERROR");
    }

    /** On a server that has no data folder yet, with a backup of the keyset. */
    private void assertRestored(Map<String, String> variables) throws Exception {
        Path backup = folder.resolve("keyset-backup.json");
        succeed(data, variables, "keyset", "backup", backup.toString());
        variables.put("AGYN_KEYSET_FILE", backup.toString());
        Path fresh = folder.resolve("fresh");
        try (ServerProcess server = ServerProcess.run(fresh, variables).ready()) {
            assertAsBefore(server, fresh, variables);
        }
    }

    private Path restore(Path backup) throws Exception {
        Path restored = folder.resolve("restored");
        run(List.of("cp", "-a", backup.toString(), restored.toString()), Map.of());
        return restored;
    }

    private Map<String, String> outside(String url) {
        Path keyset = folder.resolve("keys.json");
        if (!Files.exists(keyset)) {
            Keyset.create(keyset);
        }
        return new HashMap<>(Map.of(
                "AGYN_DATABASE_URL", url, "AGYN_DATABASE_PASSWORD", "pass", "AGYN_KEYSET_FILE", keyset.toString()));
    }

    /** Creates secrets until a condition is true, and records the names of the acknowledged ones. */
    private void write(ServerProcess server, Queue<String> acknowledged) {
        for (int i = 0; enough.getCount() > 0; i++) {
            HttpRequest request = HttpRequest.newBuilder(
                            server.address().resolve("/api/v1/" + inOrganization("secrets")))
                    .header("Authorization", "Bearer " + kept)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{\"name\":\"written-" + i + "\",\"value\":\"v\"}"))
                    .build();
            try {
                if (http.send(request, BodyHandlers.ofString()).statusCode() == 201) {
                    acknowledged.add("written-" + i);
                }
            } catch (IOException e) {
                failures.add(e);
                return;
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Makes PostgreSQL start new WAL files, and reuse old ones, until the condition is true. */
    private void reuseTheLog() {
        EmbeddedPostgres.Access access = EmbeddedPostgres.ofRunning(data);
        try (Connection connection =
                        DriverManager.getConnection(access.jdbcUrl(), access.username(), access.password());
                Statement statement = connection.createStatement()) {
            do {
                statement.execute("select pg_switch_wal()");
                statement.execute("checkpoint");
            } while (!enough.await(200, TimeUnit.MILLISECONDS));
        } catch (SQLException e) {
            failures.add(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<String> stored(ServerProcess server) {
        return Stream.of("secrets", "llm-providers", "models")
                .map(kind -> request(server)
                        .queryParam(
                                "name",
                                Map.of("secrets", "key", "llm-providers", "provider", "models", "gpt")
                                        .get(kind))
                        .get("/api/v1/" + inOrganization(kind))
                        .then()
                        .statusCode(200)
                        .extract()
                        .asString())
                .toList();
    }

    private int call(ServerProcess server, String token) throws IOException, InterruptedException {
        return call(server, token, "gpt");
    }

    private int call(ServerProcess server, String token, String model) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(server.address().resolve("/v1/responses"))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token)
                .header("x-agyn-organization", organization)
                .POST(BodyPublishers.ofString("{\"model\":\"" + model + "\",\"input\":\"hi\"}"))
                .build();
        return http.send(request, BodyHandlers.ofString()).statusCode();
    }

    private String keyOfLastCall() {
        return provider.received().getLast().values("authorization").getFirst().replace("Bearer ", "");
    }

    private Response token(ServerProcess server) {
        Response response = request(server)
                .contentType(ContentType.JSON)
                .body(Map.of("description", "t"))
                .post("/api/v1/api-tokens");
        response.then().statusCode(201);
        return response;
    }

    private String create(ServerProcess server, String path, Map<String, String> body) {
        return request(server)
                .contentType(ContentType.JSON)
                .body(body)
                .post("/api/v1/" + path)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    // The token works although a restored data folder has no file admin-token.
    private RequestSpecification request(ServerProcess server) {
        return RestAssured.given().baseUri(server.address().toString()).header("Authorization", "Bearer " + kept);
    }

    private String inOrganization(String path) {
        return "organizations/" + organization + "/" + path;
    }

    private static void stop(ServerProcess server) throws Exception {
        server.terminate();
        server.exitCode();
    }

    private static String succeed(Path dataFolder, Map<String, String> variables, String... arguments)
            throws Exception {
        try (ServerProcess command = ServerProcess.run(dataFolder, variables, arguments)) {
            assertThat(command.exitCode()).as(command.errors()).isZero();
            assertThat(command.errors()).isEmpty();
            return command.output();
        }
    }

    private static String rejected(Path dataFolder, Map<String, String> variables, String... arguments)
            throws Exception {
        try (ServerProcess rejected = ServerProcess.run(dataFolder, variables, arguments)) {
            assertThat(rejected.exitCode()).as(rejected.output()).isEqualTo(1);
            assertThat(rejected.errors()).hasLineCount(1);
            return rejected.errors();
        }
    }

    private static void run(List<String> command, Map<String, String> variables) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(variables);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s says %s", command, output).isZero();
    }

    private static EmbeddedPostgres embedded(Path folder) throws IOException {
        EmbeddedPostgres postgres = EmbeddedPostgres.on(Files.createDirectories(folder));
        postgres.start();
        return postgres;
    }

    private static int port(EmbeddedPostgres postgres) {
        return URI.create(postgres.jdbcUrl().substring("jdbc:".length())).getPort();
    }

    private static Connection connect(EmbeddedPostgres postgres) throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), postgres.password());
    }

    private static void execute(Connection opened, String... statements) throws SQLException {
        try (Connection connection = opened;
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
