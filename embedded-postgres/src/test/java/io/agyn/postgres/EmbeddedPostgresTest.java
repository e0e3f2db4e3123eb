package io.agyn.postgres;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.agyn.operator.OperatorException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uses real processes, since PostgreSQL's behaviour after a kill matters. */
class EmbeddedPostgresTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private EmbeddedPostgres postgres;
    private Process other;

    @BeforeEach
    void start() {
        startAgain();
    }

    @AfterEach
    void stop() throws InterruptedException {
        postgres.close();
        if (other != null) {
            other.destroyForcibly().waitFor();
        }
    }

    @Test
    void startsWithDurableDefaultsAndNoSocketFile() throws SQLException, IOException {
        assertThat(query("show server_encoding")).isEqualTo("UTF8");
        assertThat(query("show data_checksums")).isEqualTo("on");
        assertThat(query("show fsync")).isEqualTo("on");
        assertThat(query("show synchronous_commit")).isEqualTo("on");
        assertThat(query("show password_encryption")).isEqualTo("scram-sha-256");
        assertThat(query("show listen_addresses")).isEqualTo("127.0.0.1");
        assertThat(query("show unix_socket_directories")).isEmpty();
        assertThat(
                        query(
                                "select datlocprovider::text || ' ' || datlocale from pg_database where datname = current_database()"))
                .isEqualTo("b C.UTF-8");
        assertThat(mode(folder.resolve("postgres-password"))).isEqualTo("rw-------");
        assertThat(mode(folder.resolve("postgres"))).isEqualTo("rwx------");
    }

    @Test
    void rejectsAnotherPassword() {
        assertThatThrownBy(() -> DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), "guess"))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
    }

    @Test
    void keepsItsDataOverARestart() throws SQLException {
        update("create table kept as select 42 as answer");

        postgres.close();
        assertThat(postgres.postmaster().isAlive()).isFalse();
        startAgain();

        assertThat(query("select answer from kept")).isEqualTo("42");
    }

    @Test
    void comesBackOnTheSamePortWhenItIsKilledUnderTheServer() throws SQLException {
        update("create table kept as select 42 as answer");
        String url = postgres.jdbcUrl();

        kill(postgres.postmaster());
        await().atMost(PATIENCE).ignoreExceptions().until(() -> query("select answer from kept")
                .equals("42"));

        assertThat(postgres.jdbcUrl()).isEqualTo(url);
    }

    @Test
    void stopsThePostmasterThatAKilledServerHasLeft() throws Exception {
        postgres.close();
        Process left = runPostmaster();

        startAgain();

        assertThat(left.isAlive()).isFalse();
        assertThat(query("select 1")).isEqualTo("1");
    }

    @Test
    void startsAfterServerAndPostmasterWereKilled() throws Exception {
        postgres.close();
        kill(runPostmaster().toHandle());
        assertThat(folder.resolve("postgres/postmaster.pid")).exists();

        startAgain();

        assertThat(query("select 1")).isEqualTo("1");
    }

    @Test
    void startsWhileABackendOfTheKilledPostmasterIsStillBusy() throws Exception {
        CompletableFuture<Void> busy = CompletableFuture.runAsync(
                () -> assertThatThrownBy(() -> query("select sum(sqrt(i)) from generate_series(1, 1000000000000) as i"))
                        .isInstanceOf(SQLException.class));
        await().atMost(PATIENCE).ignoreExceptions().until(() -> query(
                        "select count(*) from pg_stat_activity where query like 'select sum%' and state = 'active'")
                .equals("1"));

        kill(postgres.postmaster());
        await().atMost(PATIENCE).ignoreExceptions().until(() -> query("select 1")
                .equals("1"));

        busy.get(PATIENCE.toSeconds(), SECONDS);
    }

    @Test
    void leavesAProcessAloneThatHasGotTheIdOfAFormerPostmaster() throws Exception {
        postgres.close();
        other = new ProcessBuilder("sleep", "600").start();
        Files.writeString(
                folder.resolve("postgres/postmaster.pid"),
                "%d%n%s%n1700000000%n5432%n%n127.0.0.1%n 1 1%nready   %n"
                        .formatted(other.pid(), folder.resolve("postgres")));

        startAgain();

        assertThat(other.isAlive()).isTrue();
        assertThat(query("select 1")).isEqualTo("1");
    }

    @Test
    void startsWhereAnInitdbWasCutOff() throws Exception {
        postgres.close();
        Folders.delete(folder.resolve("postgres"));
        Path draft = Files.createDirectory(folder.resolve("postgres.new123"));
        Files.writeString(draft.resolve("PG_VERSION"), "18\n");

        startAgain();

        assertThat(draft).doesNotExist();
        assertThat(query("select 1")).isEqualTo("1");
    }

    @Test
    void rejectsTheFolderOfAnotherMajorVersion() throws IOException {
        postgres.close();
        Files.writeString(folder.resolve("postgres/PG_VERSION"), "17\n");

        assertThatThrownBy(() -> EmbeddedPostgres.on(folder))
                .isInstanceOf(OperatorException.class)
                .hasMessage(
                        "The data folder %s is of PostgreSQL 17, and this server brings PostgreSQL 18: run the"
                                + " release of Agyn that created it, or set AGYN_DATA_DIR to another folder.",
                        folder.resolve("postgres"));
    }

    @Test
    void rejectsAFolderThatIsNotPostgres() throws IOException {
        postgres.close();
        Files.delete(folder.resolve("postgres/PG_VERSION"));

        assertThatThrownBy(() -> EmbeddedPostgres.on(folder))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("is not a data folder of PostgreSQL");
    }

    @Test
    void missingPasswordFileIsReported() throws IOException {
        postgres.close();
        Files.delete(folder.resolve("postgres-password"));

        assertThatThrownBy(() -> EmbeddedPostgres.on(folder))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("restore the file " + folder.resolve("postgres-password"));
    }

    @Test
    void startFailureRepeatsPostgresLog() throws IOException {
        postgres.close();
        Files.writeString(folder.resolve("postgres/postgresql.conf"), "no_such_setting = 1\n");
        postgres = EmbeddedPostgres.on(folder);

        assertThatThrownBy(postgres::start)
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("postgresql.conf\" contains errors")
                .hasMessageContaining("its log is " + folder.resolve("postgres.log"));
    }

    private void startAgain() {
        postgres = EmbeddedPostgres.on(folder);
        postgres.start();
    }

    /** Runs PostgreSQL as an orphaned process. */
    private Process runPostmaster() throws Exception {
        Process process = PostgresCommand.detached(List.of(
                        PostgresBinaries.unpacked().program("postgres").toString(),
                        "-D",
                        folder.resolve("postgres").toString(),
                        "-c",
                        "listen_addresses=127.0.0.1",
                        "-c",
                        "port="
                                + URI.create(postgres.jdbcUrl().substring("jdbc:".length()))
                                        .getPort(),
                        "-c",
                        "unix_socket_directories="))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        await().atMost(PATIENCE).ignoreExceptions().until(() -> PostmasterPid.read(folder.resolve("postgres"))
                .filter(file -> file.pid() == process.pid() && file.ready())
                .isPresent());
        return process;
    }

    private String query(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private void update(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), postgres.password());
    }

    private static void kill(ProcessHandle process) {
        process.destroyForcibly();
        process.onExit().join();
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
