package io.agyn;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.keys.KeyPurpose;
import io.agyn.keys.Keyset;
import io.agyn.postgres.EmbeddedPostgres;
import io.restassured.RestAssured;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the packaged server, on an embedded and on an external PostgreSQL. */
class CommandsIT {
    private static final String PASSPHRASE = "p$$a${b}\\c %@ passphrase";

    @TempDir
    private Path folder;

    @Test
    void eachCommandHasHelpAndExplainsMisuse() throws Exception {
        List<String> commands;
        try (ServerProcess help = run("--help")) {
            assertThat(help.exitCode()).isZero();
            commands = help.output()
                    .lines()
                    .map(line -> Pattern.compile("^  agyn-server (backup|(keyset|admin-token|audit) [a-z]+)")
                            .matcher(line))
                    .filter(Matcher::find)
                    .map(found -> found.group(1))
                    .toList();
        }
        assertThat(commands)
                .contains("keyset create", "keyset retire", "admin-token create", "audit verify", "backup")
                .hasSize(13);
        for (String command : commands) {
            try (ServerProcess help = run((command + " --help").split(" "));
                    ServerProcess misuse = run((command + " 1 2 3").split(" "))) {
                assertThat(help.exitCode()).as(command).isZero();
                assertThat(help.output()).startsWith("Usage: agyn-server " + command);
                assertThat(help.errors()).isEmpty();
                assertThat(misuse.exitCode()).as(command).isEqualTo(2);
                assertThat(misuse.errors()).contains("Usage: agyn-server " + command);
                assertThat(misuse.output()).isEmpty();
            }
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void saysThatThereIsNoDatabase() throws Exception {
        Keyset.create(folder.resolve("keyset.json"));
        for (String command : List.of("keyset list", "keyset rewrap", "keyset check", "admin-token create")) {
            assertThat(rejected(command.split(" ")))
                    .isEqualTo("The data folder " + folder + " has no database"
                            + ": start the server once, or correct AGYN_DATA_DIR or AGYN_DATABASE_URL.\n");
        }
    }

    @Test
    void rotatesTheKeysOfARunningServerAndOfAStoppedOne() throws Exception {
        String first = null;
        for (boolean running : List.of(true, false)) {
            try (ServerProcess server = ServerProcess.run(folder, Map.of()).ready()) {
                if (first == null) {
                    createSecret(server);
                    first = Keyset.load(folder.resolve("keyset.json")).primary().toString();
                }
                if (!running) {
                    server.terminate();
                    server.exitCode();
                }
                String servers = running ? "1 of 1" : "0 of 0";
                String old =
                        Keyset.load(folder.resolve("keyset.json")).primary().toString();
                String fresh = found("Added key (\\d+) to ", succeed("keyset", "add"));
                assertThat(rejected("keyset", "retire", old))
                        .isEqualTo(
                                "Key " + old + " is the primary key: promote another one with \"keyset promote\".\n");
                succeed("keyset", "promote", fresh);
                assertThat(succeed("keyset", "list"))
                        .containsPattern(old + " +encryption +decrypts +" + servers + " +secret values: 1\n")
                        .containsPattern(fresh + " +encryption +primary +" + servers + " +keyset check: 1\n")
                        .containsPattern("\\d+ +fingerprint +primary +" + servers + " +fingerprints: 1\n")
                        .containsPattern("\\d+ +audit +primary +" + servers + " +audit log: \\d+\n");
                assertThat(rejected("keyset", "retire", old))
                        .isEqualTo(
                                "Key " + old + " is still needed (secret values: 1): run \"keyset rewrap\" first.\n");
                assertThat(succeed("keyset", "rewrap"))
                        .isEqualTo("Encrypted 1 of 1 rows with key " + fresh + ".\nAll rows are encrypted with key "
                                + fresh + ".\n");
                succeed("keyset", "retire", old);
                assertThat(succeed("keyset", "check"))
                        .isEqualTo("The keyset " + folder.resolve("keyset.json")
                                + " can read everything: 1 credentials.\n");
                if (running) {
                    server.request().get("/api/v1/me").then().statusCode(200);
                    assertThat(server.postmaster().isAlive()).isTrue();
                    assertThat(server.output()).doesNotContain("ERROR");
                } else {
                    assertThat(folder.resolve("postgres/postmaster.pid")).doesNotExist();
                }
            }
        }
        try (ServerProcess server = ServerProcess.run(folder, Map.of()).ready()) {
            server.request().get("/api/v1/me").then().statusCode(200);
        }
    }

    @Test
    void serverThatWasDownDuringARotationUsesTheNewKey() throws Exception {
        Path keyset = folder.resolve("keyset.json");
        try (ServerProcess server = ServerProcess.run(folder, Map.of()).ready()) {
            createSecret(server);
            server.terminate();
            server.exitCode();
        }
        String old = Keyset.load(keyset).primary().toString();
        String fresh = found("Added key (\\d+) to ", succeed("keyset", "add"));
        byte[] copy = Files.readAllBytes(keyset);
        succeed("keyset", "promote", fresh);
        succeed("keyset", "rewrap");
        succeed("keyset", "retire", old);

        byte[] present = Files.readAllBytes(keyset);
        Files.write(keyset, copy);
        try (ServerProcess server = ServerProcess.run(folder, Map.of()).ready()) {
            createSecret(server);
            assertThat(server.output()).contains("Key " + fresh + " is primary, but not in the keyset file");
            Files.write(keyset, present);
            assertThat(succeed("keyset", "list"))
                    .containsPattern(fresh + " +encryption +primary +1 of 1 +secret values: 2, keyset check: 1\n")
                    .doesNotContain(old);
            assertThat(succeed("keyset", "check")).contains("can read everything: 2 credentials");
        }
    }

    @Test
    void everyKeyOfALeakedKeysetIsReplaced() throws Exception {
        Path keyset = folder.resolve("keyset.json");
        byte[] leaked;
        try (ServerProcess server = ServerProcess.run(folder, Map.of()).ready()) {
            createSecret(server);
            leaked = Files.readAllBytes(keyset);
            Keyset before = Keyset.load(keyset);
            for (KeyPurpose purpose : KeyPurpose.values()) {
                String fresh = found("Added key (\\d+) to ", succeed("keyset", "add", purpose.toString()));
                succeed("keyset", "promote", fresh);
            }
            Keyset after = Keyset.load(keyset);
            String audit = before.primary(KeyPurpose.AUDIT).toString();
            assertThat(rejected("keyset", "promote", audit)).contains("is older than the primary audit key");
            assertThat(succeed("keyset", "rewrap"))
                    .contains(
                            "All fingerprints use key " + after.primary(KeyPurpose.FINGERPRINT),
                            "The audit log is sealed with key " + after.primary(KeyPurpose.AUDIT));
            createSecret(server);

            succeed("keyset", "retire", before.primary().toString());
            succeed("keyset", "retire", before.primary(KeyPurpose.FINGERPRINT).toString());
            assertThat(rejected("keyset", "retire", audit)).contains("is still needed (audit log: ");
            assertThat(succeed("keyset", "check")).contains("can read everything: 2 credentials");
            assertThat(succeed("audit", "verify"))
                    .contains(
                            "none altered", "Epoch of key " + audit, "Epoch of key " + after.primary(KeyPurpose.AUDIT));
            assertThat(server.output()).doesNotContain("ERROR");
        }
        Files.write(keyset, leaked);
        assertThat(rejected("audit", "verify")).contains("The keyset is not the one");
    }

    @Test
    void commandsThatChangeTheKeysetAtOnceWaitForEachOther() throws Exception {
        succeed("keyset", "create");
        List<ServerProcess> commands = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                commands.add(run("keyset", "add"));
            }
            for (ServerProcess command : commands) {
                assertThat(command.exitCode()).as(command.errors()).isZero();
            }
        } finally {
            for (ServerProcess command : commands) {
                command.close();
            }
        }
        assertThat(Keyset.load(folder.resolve("keyset.json")).keys()).hasSize(5);
    }

    @Test
    void backupIsComparedWithTheStoredData() throws Exception {
        try (ServerProcess server = ServerProcess.run(folder, Map.of()).ready()) {
            createSecret(server);
            Path early = folder.resolve("early.json");
            succeed("keyset", "backup", early.toString());
            assertThat(mode(early)).isEqualTo("rw-------");
            assertThat(succeed("keyset", "check", early.toString())).contains("can read everything: 1 credentials");

            String fresh = found("Added key (\\d+) to ", succeed("keyset", "add"));
            succeed("keyset", "promote", fresh);
            succeed("keyset", "rewrap");

            assertThat(rejected("keyset", "check", early.toString()))
                    .startsWith("With the keyset " + early + ", 0 credentials can be read, but not ")
                    .contains("the keyset check", "the value of secret ");
            assertThat(rejected("keyset", "backup", early.toString()))
                    .isEqualTo("The file " + early + " already exists and is never overwritten: name another file.\n");
        }
    }

    @Test
    void lostAdminTokenIsReplaced() throws Exception {
        Path file = folder.resolve("new-token");
        try (ServerProcess server = ServerProcess.run(folder, Map.of()).ready()) {
            Files.delete(folder.resolve("admin-token"));

            String printed = succeed("admin-token", "create");
            assertThat(printed).matches("agyn_[0-9A-Za-z]{44}\n");
            assertThat(statusOfMe(server, printed.strip())).isEqualTo(200);

            assertThat(succeed("admin-token", "create", file.toString()))
                    .isEqualTo("Wrote a new API token of the cluster admin Administrator to " + file + ".\n");
            assertThat(mode(file)).isEqualTo("rw-------");
            String token = Files.readString(file).strip();
            assertThat(token).isNotEqualTo(printed.strip());
            assertThat(statusOfMe(server, token)).isEqualTo(200);

            assertThat(rejected("admin-token", "create", file.toString()))
                    .isEqualTo("The file " + file + " already exists and is never overwritten: name another file.\n");
            assertThat(server.output()).doesNotContain(printed.strip(), token);
            server.terminate();
            server.exitCode();
        }
        String stopped = succeed("admin-token", "create").strip();
        try (ServerProcess server = ServerProcess.run(folder, Map.of()).ready()) {
            assertThat(statusOfMe(server, stopped)).isEqualTo(200);
        }
    }

    @Test
    void lockedKeysetStartsOnlyWithItsPassphrase() throws Exception {
        Path keyset = folder.resolve("keyset.json");
        Path passphrase = Files.writeString(folder.resolve("passphrase"), PASSPHRASE + "\n");
        try (ServerProcess server = ServerProcess.run(folder, Map.of()).ready()) {
            createSecret(server);
            succeed("keyset", "lock", passphrase.toString());
            Thread.sleep(1500);
            server.request().get("/api/v1/me").then().statusCode(200);
            server.terminate();
            server.exitCode();
        }
        byte[] locked = Files.readAllBytes(keyset);
        List<String> stored = dump();

        assertThat(failedStart(Map.of()))
                .isEqualTo(
                        "The keyset file " + keyset + " is locked by a passphrase: set AGYN_KEYSET_PASSPHRASE_FILE to"
                                + " the file that holds it, or AGYN_KEYSET_PASSPHRASE.\n");
        assertThat(failedStart(Map.of("AGYN_KEYSET_PASSPHRASE", "not the passphrase")))
                .isEqualTo("The passphrase does not open the keyset file " + keyset
                        + ": set the passphrase that it was locked with, or restore the file if it was altered.\n");
        assertThat(failedStart(Map.of(
                        "AGYN_KEYSET_PASSPHRASE_FILE", folder.resolve("none").toString())))
                .startsWith("The passphrase cannot be read from " + folder.resolve("none"));
        assertThat(keyset).hasBinaryContent(locked);
        assertThat(dump()).isEqualTo(stored);

        for (Map<String, String> set : List.of(
                Map.of("AGYN_KEYSET_PASSPHRASE", PASSPHRASE),
                Map.of("AGYN_KEYSET_PASSPHRASE_FILE", passphrase.toString()))) {
            try (ServerProcess server = ServerProcess.run(folder, set).ready();
                    ServerProcess check = ServerProcess.run(folder, set, "keyset", "check")) {
                server.request().get("/api/v1/me").then().statusCode(200);
                assertThat(check.exitCode()).as(check.errors()).isZero();
                assertThat(server.output() + server.errors()).doesNotContain(PASSPHRASE, "ERROR");
            }
        }
        try (ServerProcess unlock =
                ServerProcess.run(folder, Map.of("AGYN_KEYSET_PASSPHRASE", PASSPHRASE), "keyset", "unlock")) {
            assertThat(unlock.exitCode()).as(unlock.errors()).isZero();
        }
        assertThat(failedStart(Map.of("AGYN_KEYSET_PASSPHRASE", PASSPHRASE)))
                .startsWith("The keyset file " + keyset + " is not locked, and a passphrase is set");
        try (ServerProcess server = ServerProcess.run(folder, Map.of()).ready()) {
            server.request().get("/api/v1/me").then().statusCode(200);
        }
    }

    @Test
    void anotherKeysetIsRejectedAndChangesNothing() throws Exception {
        Path keyset = folder.resolve("keyset.json");
        try (ServerProcess server = ServerProcess.run(folder, Map.of()).ready()) {
            createSecret(server);
            server.terminate();
            server.exitCode();
        }
        // As left by an older release: a start with the right keyset would migrate the tables.
        execute("drop table usage_record", "delete from flyway_schema_history where version::int >= 3");
        List<String> stored = dump();
        byte[] right = Files.readAllBytes(keyset);
        Files.delete(keyset);

        assertThat(failedStart(Map.of())).startsWith("The keyset file " + keyset + " is missing");
        Keyset.create(keyset);
        byte[] wrong = Files.readAllBytes(keyset);
        String sentence = "The keyset is not the one that this database's credentials are encrypted with: set"
                + " AGYN_KEYSET_FILE to the right one.\n";
        assertThat(failedStart(Map.of())).isEqualTo(sentence);
        assertThat(rejected("keyset", "rewrap")).isEqualTo(sentence);
        assertThat(rejected("audit", "verify")).isEqualTo(sentence);
        assertThat(rejected("admin-token", "create")).isEqualTo(sentence);

        assertThat(keyset).hasBinaryContent(wrong);
        assertThat(dump()).isEqualTo(stored);
        Files.write(keyset, right);
        assertThat(succeed("keyset", "check")).contains("can read everything");
    }

    @Test
    void runsByTheScript() throws Exception {
        try (ServerProcess command = ServerProcess.runScript(folder, "keyset", "create")) {
            assertThat(command.exitCode()).as(command.errors()).isZero();
            assertThat(command.output()).startsWith("Wrote new encryption keys to " + folder.resolve("keyset.json"));
            assertThat(command.errors()).isEmpty();
        }
        assertThat(Keyset.load(folder.resolve("keyset.json")).keys()).hasSize(1);
    }

    private ServerProcess run(String... arguments) throws IOException {
        return ServerProcess.run(folder, Map.of(), arguments);
    }

    private String succeed(String... arguments) throws Exception {
        try (ServerProcess command = run(arguments)) {
            assertThat(command.exitCode()).as(command.errors()).isZero();
            assertThat(command.errors()).isEmpty();
            return command.output();
        }
    }

    private String rejected(String... arguments) throws Exception {
        try (ServerProcess command = run(arguments)) {
            assertThat(command.exitCode()).as(command.output()).isEqualTo(1);
            assertThat(command.errors()).hasLineCount(1);
            return command.errors();
        }
    }

    private String failedStart(Map<String, String> variables) throws Exception {
        try (ServerProcess server = ServerProcess.run(folder, variables)) {
            assertThat(server.exitCode()).isEqualTo(1);
            assertThat(server.errors()).hasLineCount(1);
            return server.errors();
        }
    }

    /** Every row of every table of the stopped server. */
    private List<String> dump() throws SQLException {
        List<String> rows = new ArrayList<>();
        try (EmbeddedPostgres postgres = EmbeddedPostgres.on(folder)) {
            postgres.start();
            try (Connection connection = connect(postgres);
                    Statement query = connection.createStatement()) {
                for (String table : column(
                        query,
                        "select table_name::text from information_schema.tables where table_schema = 'public' order by"
                                + " 1")) {
                    rows.add(table + column(query, "select t::text from " + table + " t order by 1"));
                }
            }
        }
        assertThat(rows).anyMatch(row -> row.startsWith("secret[("));
        return rows;
    }

    private void execute(String... statements) throws SQLException {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.on(folder)) {
            postgres.start();
            try (Connection connection = connect(postgres);
                    Statement statement = connection.createStatement()) {
                for (String sql : statements) {
                    statement.execute(sql);
                }
            }
        }
    }

    private static Connection connect(EmbeddedPostgres postgres) throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), postgres.password());
    }

    private static List<String> column(Statement query, String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (ResultSet row = query.executeQuery(sql)) {
            while (row.next()) {
                values.add(row.getString(1));
            }
        }
        return values;
    }

    private static void createSecret(ServerProcess server) throws IOException {
        String organization = created(server, "/api/v1/organizations", Map.of("name", "Acme"));
        created(
                server,
                "/api/v1/organizations/" + organization + "/secrets",
                Map.of("name", "key", "value", "sk-value"));
    }

    private static String created(ServerProcess server, String path, Map<String, String> body) throws IOException {
        return server.request()
                .contentType("application/json")
                .body(body)
                .post(path)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private static int statusOfMe(ServerProcess server, String token) throws IOException {
        return RestAssured.given()
                .baseUri(server.baseUrl().toString())
                .header("Authorization", "Bearer " + token)
                .get("/api/v1/me")
                .statusCode();
    }

    private static String found(String pattern, String text) {
        return Stream.of(Pattern.compile(pattern).matcher(text))
                .filter(Matcher::find)
                .map(matcher -> matcher.group(1))
                .findFirst()
                .orElseThrow(() -> new AssertionError(text));
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
