package io.agyn.it;

import static io.agyn.it.Cluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.keys.Keyset;
import io.agyn.postgres.EmbeddedPostgres;
import io.restassured.response.Response;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Backup and restore of a data folder, as documented in docs/operations/backup.md. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class BackupIT {
    @TempDir
    private Path folder;

    // Interrupting a thread that waits for the database would close its connection.
    private final CountDownLatch done = new CountDownLatch(1);
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
    void copiedDataFolderOfAStoppedServerWorks() throws Exception {
        try (ServerProcess server = ServerProcess.start(data)) {
            contents.fill(server);
            server.stop();
        }
        Path copy = copy(data, "copy");
        try (ServerProcess server = ServerProcess.start(data)) {
            contents.change(server);
        }

        try (ServerProcess server = ServerProcess.start(copy)) {
            contents.assertRestored(server, commands(copy));
        }
    }

    @Test
    void backupOfARunningServerContainsAcknowledgedWrites() throws Exception {
        Path backup = folder.resolve("backup");
        Path keyset = folder.resolve("keyset-backup.json");
        Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
        List<String> before;
        try (ServerProcess server = ServerProcess.start(data)) {
            contents.fill(server);
            CompletableFuture<?> writer =
                    CompletableFuture.runAsync(() -> write(server, acknowledged), Thread::startVirtualThread);
            CompletableFuture<?> checkpoints =
                    CompletableFuture.runAsync(this::reuseTheLog, Thread::startVirtualThread);
            await("writes").atMost(PATIENCE).until(() -> acknowledged.size() > 20);
            before = List.copyOf(acknowledged);
            assertThat(commands(data).succeed("backup", backup.toString()))
                    .matches("Copied the databases to " + backup + " \\([0-9]+ MiB\\)\\. The keyset, which decrypts"
                            + " their credentials, is not included\\.\n");
            commands(data).succeed("keyset", "backup", keyset.toString());
            done.countDown();
            CompletableFuture.allOf(checkpoints, writer).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            contents.change(server);
            assertThat(server.output()).doesNotContain("ERROR");
        }

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup)))
                .isEqualTo("rwx------");
        Path restored = copy(backup, "restored");
        assertThat(commands(restored).rejected()).startsWith("The keyset file " + restored.resolve("keyset.json"));
        Keyset.create(restored.resolve("keyset.json"));
        assertThat(commands(restored).rejected())
                .startsWith("The keyset is not the one that this database's credentials");
        Files.delete(restored.resolve("keyset.json"));
        Files.copy(keyset, restored.resolve("keyset.json"));
        try (ServerProcess server = ServerProcess.start(restored)) {
            contents.assertRestored(server, commands(restored));
            assertThat(contents.secretNames(server)).containsAll(before);
        }
    }

    @Test
    void backupOfAStoppedServerIsTheSame() throws Exception {
        try (ServerProcess server = ServerProcess.start(data)) {
            contents.fill(server);
            server.stop();
        }
        commands(data).succeed("backup", folder.resolve("backup").toString());
        assertThat(data.resolve("postgres/postmaster.pid")).doesNotExist();

        Path restored = copy(folder.resolve("backup"), "restored");
        Files.copy(data.resolve("keyset.json"), restored.resolve("keyset.json"));
        assertThat(commands(restored).succeed("keyset", "check")).contains("can read everything");
        assertThat(commands(restored).succeed("audit", "verify")).startsWith("The audit log is intact: ");
        try (ServerProcess server = ServerProcess.start(restored)) {
            contents.assertRestored(server, commands(restored));
        }
    }

    @Test
    void failedBackupOverwritesNothingAndLeavesNoFiles() throws Exception {
        try (ServerProcess server = ServerProcess.start(data)) {
            Path there = Files.createDirectory(folder.resolve("there"));
            assertThat(commands(data).rejected("backup", there.toString()))
                    .isEqualTo(there + " already exists and is never overwritten: name another folder.\n");
            Path within = data.resolve("postgres/backup");
            assertThat(commands(data).rejected("backup", within.toString()))
                    .isEqualTo(within + " is within PostgreSQL's own folder: name one outside of "
                            + data.resolve("postgres") + ".\n");
            Path nowhere = folder.resolve("no/backup");
            assertThat(commands(data).rejected("backup", nowhere.toString()))
                    .isEqualTo("The backup " + nowhere + " cannot be created (" + nowhere.getParent()
                            + " does not exist): free disk space, and name a new folder in an existing, writable"
                            + " one.\n");
            Files.createSymbolicLink(data.resolve("postgres/elsewhere"), there);
            assertThat(commands(data)
                            .rejected("backup", folder.resolve("backup").toString()))
                    .contains(data.resolve("postgres/elsewhere") + ": is a link");
            assertThat(new ServerCommands(data, Map.of("AGYN_DATABASE_URL", "postgres://127.0.0.1/x"))
                            .rejected("backup", "x"))
                    .startsWith("AGYN_DATABASE_URL is set");
            server.request().get("/api/v1/me").then().statusCode(200);
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactlyInAnyOrder(data, folder.resolve("there"));
        }
    }

    private Path copy(Path from, String name) throws Exception {
        Path copy = folder.resolve(name);
        assertThat(new ProcessBuilder("cp", "-a", from.toString(), copy.toString())
                        .start()
                        .waitFor())
                .isZero();
        return copy;
    }

    private static ServerCommands commands(Path dataFolder) {
        return new ServerCommands(dataFolder, Map.of());
    }

    /** Creates secrets until the backup is done, and records the names of the acknowledged ones. */
    private void write(ServerProcess server, Queue<String> acknowledged) {
        for (int i = 0; done.getCount() > 0; i++) {
            String name = "written-" + i;
            Response response =
                    server.request().body(Map.of("name", name, "value", "v")).post("/api/v1/" + contents.secrets());
            if (response.statusCode() == 201) {
                acknowledged.add(name);
            }
        }
    }

    /** Makes PostgreSQL start new WAL files, and reuse old ones, until the backup is done. */
    private void reuseTheLog() {
        EmbeddedPostgres.Access access = EmbeddedPostgres.ofRunning(data);
        try (Connection connection =
                        DriverManager.getConnection(access.jdbcUrl(), access.username(), access.password());
                Statement statement = connection.createStatement()) {
            do {
                statement.execute("select pg_switch_wal()");
                statement.execute("checkpoint");
            } while (!done.await(200, TimeUnit.MILLISECONDS));
        } catch (SQLException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
