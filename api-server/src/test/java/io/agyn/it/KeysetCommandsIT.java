package io.agyn.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.keys.KeyPurpose;
import io.agyn.keys.Keyset;
import io.agyn.postgres.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged server's commands for its keyset, while it runs and while it is stopped. */
class KeysetCommandsIT {
    private static final String PASSPHRASE = "p$$a${b}\\c %@ passphrase";

    @TempDir
    private Path folder;

    private ServerCommands commands;

    @BeforeEach
    void prepare() {
        commands = new ServerCommands(folder, Map.of());
    }

    @Test
    void rotatesTheKeysOfARunningServerAndOfAStoppedOne() throws Exception {
        String first = null;
        for (boolean running : List.of(true, false)) {
            try (ServerProcess server = ServerProcess.start(folder)) {
                if (first == null) {
                    createSecret(server);
                    first = Keyset.load(folder.resolve("keyset.json")).primary().toString();
                }
                if (!running) {
                    server.stop();
                }
                String servers = running ? "1 of 1" : "0 of 0";
                String old =
                        Keyset.load(folder.resolve("keyset.json")).primary().toString();
                String fresh = found("Added key (\\d+) to ", commands.succeed("keyset", "add"));
                assertThat(commands.rejected("keyset", "retire", old))
                        .isEqualTo(
                                "Key " + old + " is the primary key: promote another one with \"keyset promote\".\n");
                commands.succeed("keyset", "promote", fresh);
                assertThat(commands.succeed("keyset", "list"))
                        .containsPattern(old + " +encryption +decrypts +" + servers + " +secret values: 1\n")
                        .containsPattern(fresh + " +encryption +primary +" + servers + " +keyset check: 1\n")
                        .containsPattern("\\d+ +fingerprint +primary +" + servers + " +fingerprints: 1\n")
                        .containsPattern("\\d+ +audit +primary +" + servers + " +audit log: \\d+\n");
                assertThat(commands.rejected("keyset", "retire", old))
                        .isEqualTo(
                                "Key " + old + " is still needed (secret values: 1): run \"keyset rewrap\" first.\n");
                assertThat(commands.succeed("keyset", "rewrap"))
                        .isEqualTo("Encrypted 1 of 1 rows with key " + fresh + ".\nAll rows are encrypted with key "
                                + fresh + ".\n");
                commands.succeed("keyset", "retire", old);
                assertThat(commands.succeed("keyset", "check"))
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
        try (ServerProcess server = ServerProcess.start(folder)) {
            server.request().get("/api/v1/me").then().statusCode(200);
        }
    }

    @Test
    void serverThatWasDownDuringARotationUsesTheNewKey() throws Exception {
        Path keyset = folder.resolve("keyset.json");
        try (ServerProcess server = ServerProcess.start(folder)) {
            createSecret(server);
            server.stop();
        }
        String old = Keyset.load(keyset).primary().toString();
        String fresh = found("Added key (\\d+) to ", commands.succeed("keyset", "add"));
        byte[] copy = Files.readAllBytes(keyset);
        commands.succeed("keyset", "promote", fresh);
        commands.succeed("keyset", "rewrap");
        commands.succeed("keyset", "retire", old);

        byte[] present = Files.readAllBytes(keyset);
        Files.write(keyset, copy);
        try (ServerProcess server = ServerProcess.start(folder)) {
            createSecret(server);
            assertThat(server.output()).contains("Key " + fresh + " is primary, but not in the keyset file");
            Files.write(keyset, present);
            assertThat(commands.succeed("keyset", "list"))
                    .containsPattern(fresh + " +encryption +primary +1 of 1 +secret values: 2, keyset check: 1\n")
                    .doesNotContain(old);
            assertThat(commands.succeed("keyset", "check")).contains("can read everything: 2 credentials");
        }
    }

    @Test
    void everyKeyOfALeakedKeysetIsReplaced() throws Exception {
        Path keyset = folder.resolve("keyset.json");
        byte[] leaked;
        try (ServerProcess server = ServerProcess.start(folder)) {
            createSecret(server);
            leaked = Files.readAllBytes(keyset);
            Keyset before = Keyset.load(keyset);
            for (KeyPurpose purpose : KeyPurpose.values()) {
                String fresh = found("Added key (\\d+) to ", commands.succeed("keyset", "add", purpose.toString()));
                commands.succeed("keyset", "promote", fresh);
            }
            Keyset after = Keyset.load(keyset);
            String audit = before.primary(KeyPurpose.AUDIT).toString();
            assertThat(commands.rejected("keyset", "promote", audit)).contains("is older than the primary audit key");
            assertThat(commands.succeed("keyset", "rewrap"))
                    .contains(
                            "All fingerprints use key " + after.primary(KeyPurpose.FINGERPRINT),
                            "The audit log is sealed with key " + after.primary(KeyPurpose.AUDIT));
            createSecret(server);

            commands.succeed("keyset", "retire", before.primary().toString());
            commands.succeed(
                    "keyset", "retire", before.primary(KeyPurpose.FINGERPRINT).toString());
            assertThat(commands.rejected("keyset", "retire", audit)).contains("is still needed (audit log: ");
            assertThat(commands.succeed("keyset", "check")).contains("can read everything: 2 credentials");
            assertThat(commands.succeed("audit", "verify"))
                    .contains(
                            "none altered", "Epoch of key " + audit, "Epoch of key " + after.primary(KeyPurpose.AUDIT));
            assertThat(server.output()).doesNotContain("ERROR");
        }
        Files.write(keyset, leaked);
        assertThat(commands.rejected("audit", "verify")).contains("The keyset is not the one");
    }

    @Test
    void commandsThatChangeTheKeysetAtOnceWaitForEachOther() throws Exception {
        commands.succeed("keyset", "create");
        List<ServerProcess> adding = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                adding.add(commands.run("keyset", "add"));
            }
            for (ServerProcess command : adding) {
                assertThat(command.exitCode()).as(command.errors()).isZero();
            }
        } finally {
            for (ServerProcess command : adding) {
                command.close();
            }
        }
        assertThat(Keyset.load(folder.resolve("keyset.json")).keys()).hasSize(5);
    }

    @Test
    void backupIsComparedWithTheStoredData() throws Exception {
        try (ServerProcess server = ServerProcess.start(folder)) {
            createSecret(server);
            Path early = folder.resolve("early.json");
            commands.succeed("keyset", "backup", early.toString());
            assertThat(Files.getPosixFilePermissions(early)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
            assertThat(commands.succeed("keyset", "check", early.toString()))
                    .contains("can read everything: 1 credentials");

            String fresh = found("Added key (\\d+) to ", commands.succeed("keyset", "add"));
            commands.succeed("keyset", "promote", fresh);
            commands.succeed("keyset", "rewrap");

            assertThat(commands.rejected("keyset", "check", early.toString()))
                    .startsWith("With the keyset " + early + ", 0 credentials can be read, but not ")
                    .contains("the keyset check", "the value of secret ");
            assertThat(commands.rejected("keyset", "backup", early.toString()))
                    .isEqualTo("The file " + early + " already exists and is never overwritten: name another file.\n");
        }
    }

    @Test
    void lockedKeysetStartsOnlyWithItsPassphrase() throws Exception {
        Path keyset = folder.resolve("keyset.json");
        Path passphrase = Files.writeString(folder.resolve("passphrase"), PASSPHRASE + "\n");
        try (ServerProcess server = ServerProcess.start(folder)) {
            createSecret(server);
            commands.succeed("keyset", "lock", passphrase.toString());
            Thread.sleep(1500);
            server.request().get("/api/v1/me").then().statusCode(200);
            server.stop();
        }
        byte[] locked = Files.readAllBytes(keyset);
        List<String> stored = dump();

        assertThat(commands.rejected())
                .isEqualTo(
                        "The keyset file " + keyset + " is locked by a passphrase: set AGYN_KEYSET_PASSPHRASE_FILE to"
                                + " the file that holds it, or AGYN_KEYSET_PASSPHRASE.\n");
        assertThat(rejectedStart(Map.of("AGYN_KEYSET_PASSPHRASE", "not the passphrase")))
                .isEqualTo("The passphrase does not open the keyset file " + keyset
                        + ": set the passphrase that it was locked with, or restore the file if it was altered.\n");
        assertThat(rejectedStart(Map.of(
                        "AGYN_KEYSET_PASSPHRASE_FILE", folder.resolve("none").toString())))
                .startsWith("The passphrase cannot be read from " + folder.resolve("none"));
        assertThat(keyset).hasBinaryContent(locked);
        assertThat(dump()).isEqualTo(stored);

        for (Map<String, String> set : List.of(
                Map.of("AGYN_KEYSET_PASSPHRASE", PASSPHRASE),
                Map.of("AGYN_KEYSET_PASSPHRASE_FILE", passphrase.toString()))) {
            try (ServerProcess server = ServerProcess.start(folder, set);
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
        assertThat(rejectedStart(Map.of("AGYN_KEYSET_PASSPHRASE", PASSPHRASE)))
                .startsWith("The keyset file " + keyset + " is not locked, and a passphrase is set");
        try (ServerProcess server = ServerProcess.start(folder)) {
            server.request().get("/api/v1/me").then().statusCode(200);
        }
    }

    @Test
    void anotherKeysetIsRejectedAndChangesNothing() throws Exception {
        Path keyset = folder.resolve("keyset.json");
        try (ServerProcess server = ServerProcess.start(folder)) {
            createSecret(server);
            server.stop();
        }
        // As left by an older release: a start with the right keyset would migrate the tables.
        execute("drop table usage_record", "delete from flyway_schema_history where version::int >= 3");
        List<String> stored = dump();
        byte[] right = Files.readAllBytes(keyset);
        Files.delete(keyset);

        assertThat(commands.rejected()).startsWith("The keyset file " + keyset + " is missing");
        Keyset.create(keyset);
        byte[] wrong = Files.readAllBytes(keyset);
        String sentence = "The keyset is not the one that this database's credentials are encrypted with: set"
                + " AGYN_KEYSET_FILE to the right one.\n";
        assertThat(commands.rejected()).isEqualTo(sentence);
        assertThat(commands.rejected("keyset", "rewrap")).isEqualTo(sentence);
        assertThat(commands.rejected("audit", "verify")).isEqualTo(sentence);
        assertThat(commands.rejected("admin-token", "create")).isEqualTo(sentence);

        assertThat(keyset).hasBinaryContent(wrong);
        assertThat(dump()).isEqualTo(stored);
        Files.write(keyset, right);
        assertThat(commands.succeed("keyset", "check")).contains("can read everything");
    }

    private String rejectedStart(Map<String, String> variables) throws Exception {
        return new ServerCommands(folder, variables).rejected();
    }

    /** Every row of every table of the stopped server. */
    private List<String> dump() throws SQLException {
        List<String> rows = new ArrayList<>();
        try (EmbeddedPostgres postgres = EmbeddedPostgres.on(folder)) {
            postgres.start();
            for (String table : ExternalDatabase.column(
                    postgres,
                    "select table_name::text from information_schema.tables where table_schema = 'public' order by"
                            + " 1")) {
                rows.add(table + ExternalDatabase.column(postgres, "select t::text from " + table + " t order by 1"));
            }
        }
        assertThat(rows).anyMatch(row -> row.startsWith("secret[("));
        return rows;
    }

    private void execute(String... statements) throws SQLException {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.on(folder)) {
            postgres.start();
            ExternalDatabase.execute(ExternalDatabase.connect(postgres), statements);
        }
    }

    private static void createSecret(ServerProcess server) {
        String organization = server.create("organizations", Map.of("name", "Acme"));
        server.create("organizations/" + organization + "/secrets", Map.of("name", "key", "value", "sk-value"));
    }

    private static String found(String pattern, String text) {
        return Stream.of(Pattern.compile(pattern).matcher(text))
                .filter(Matcher::find)
                .map(matcher -> matcher.group(1))
                .findFirst()
                .orElseThrow(() -> new AssertionError(text));
    }
}
