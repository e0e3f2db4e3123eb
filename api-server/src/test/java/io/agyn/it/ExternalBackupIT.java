package io.agyn.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.agyn.database.InstalledPostgres;
import io.agyn.keys.Keyset;
import io.agyn.postgres.OnlineBackup;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Backup and restore of an external database, as documented in docs/operations/backup.md. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ExternalBackupIT {
    @TempDir
    private Path folder;

    private final BackedUpData contents = new BackedUpData();
    private Path data;

    @BeforeEach
    void prepare() {
        data = folder.resolve("data");
    }

    @AfterEach
    void stop() {
        contents.close();
    }

    @Test
    void externalDatabaseIsRestoredIntoAnEmptyOne() throws Exception {
        assumeThat(InstalledPostgres.isThere())
                .as("a PostgreSQL with its clients is installed")
                .isTrue();
        try (InstalledPostgres postgres = InstalledPostgres.start(folder.resolve("external"))) {
            ExternalDatabase.execute(
                    postgres.connect(),
                    "create role operator login password 'pass'",
                    "create database control owner operator",
                    "create database restored owner operator");
            String location = "postgresql://operator@127.0.0.1:" + postgres.port() + "/";
            Map<String, String> password = Map.of("PGPASSWORD", "pass");
            String dump = folder.resolve("agyn.dump").toString();
            try (ServerProcess server = ServerProcess.start(data, variables(location + "control"))) {
                contents.fill(server);
                run(
                        List.of(
                                postgres.program("pg_dump"),
                                "--format=custom",
                                "--file=" + dump,
                                "--dbname=" + location + "control"),
                        password);
                contents.change(server);
                server.stop();
            }
            run(
                    List.of(
                            postgres.program("pg_restore"),
                            "--exit-on-error",
                            "--no-owner",
                            "--dbname=" + location + "restored",
                            dump),
                    password);
            assertRestored(variables(location + "restored"));
        }
    }

    /** Needs no PostgreSQL client: the server copies the database, and the copy replaces it. */
    @Test
    void externalDatabaseIsRestoredWhileServersAreStopped() throws Exception {
        try (ExternalDatabase database = ExternalDatabase.start(folder.resolve("external"))) {
            database.execute("create role operator login password 'pass'", "create database control owner operator");
            Map<String, String> variables = database.variables("control", "operator", "pass");
            try (ServerProcess server = ServerProcess.start(data, variables)) {
                contents.fill(server);
                server.stop();
            }
            database.execute("create database backup template control owner operator");
            try (ServerProcess server = ServerProcess.start(data, variables)) {
                contents.change(server);
                server.stop();
            }
            database.execute("drop database control", "create database control template backup owner operator");
            assertRestored(variables);
        }
    }

    @Test
    void restoredDatabaseInvalidatesTheCachesOfARunningServer() throws Exception {
        Path external = folder.resolve("external");
        Path backup = folder.resolve("backup");
        try (ExternalDatabase database = ExternalDatabase.start(external);
                ServerProcess server = ServerProcess.start(data, database.variables())) {
            contents.fill(server);
            try (Connection connection = database.connect()) {
                OnlineBackup.take(connection, external, backup);
            }
            contents.change(server);
            database.replaceBy(backup);
            contents.awaitRestored(server);
            contents.assertRestored(server, new ServerCommands(data, database.variables()));
            server.stop();
        }
    }

    /** On a server that has no data folder yet, with a backup of the keyset. */
    private void assertRestored(Map<String, String> variables) throws Exception {
        Path backup = folder.resolve("keyset-backup.json");
        new ServerCommands(data, variables).succeed("keyset", "backup", backup.toString());
        variables.put("AGYN_KEYSET_FILE", backup.toString());
        Path fresh = folder.resolve("fresh");
        try (ServerProcess server = ServerProcess.start(fresh, variables)) {
            contents.assertRestored(server, new ServerCommands(fresh, variables));
        }
    }

    private Map<String, String> variables(String url) {
        Path keyset = folder.resolve("keys.json");
        if (!Files.exists(keyset)) {
            Keyset.create(keyset);
        }
        return new HashMap<>(Map.of(
                "AGYN_DATABASE_URL", url, "AGYN_DATABASE_PASSWORD", "pass", "AGYN_KEYSET_FILE", keyset.toString()));
    }

    private static void run(List<String> command, Map<String, String> variables) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(variables);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s says %s", command, output).isZero();
    }
}
