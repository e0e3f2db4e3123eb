package io.agyn.changes;

import static io.agyn.testing.Api.asAdmin;
import static io.restassured.RestAssured.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.database.PostgresTestResource;
import io.agyn.proxy.routing.Callers;
import io.agyn.proxy.routing.HashedToken;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A database on a hung machine, and one whose changes cannot be read. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(120)
class HungDatabaseTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Inject
    DataSource database;

    @Inject
    Callers callers;

    @ConfigProperty(name = "quarkus.datasource.jdbc.url")
    String url;

    @ConfigProperty(name = "quarkus.datasource.username")
    String username;

    @ConfigProperty(name = "quarkus.datasource.password")
    String password;

    @Test
    void nothingWaitsLongForAHungDatabase() throws Exception {
        String token = Api.tokenBoundTo(Api.organization());
        assertThat(callers.identify(HashedToken.of(token), Api.USE).join()).isPresent();
        List<ProcessHandle> processes = processes();
        signal("STOP", processes);
        try {
            long start = System.nanoTime();
            List<CompletableFuture<Integer>> writes = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                // The common pool would send one after another.
                writes.add(CompletableFuture.supplyAsync(
                        () -> asAdmin()
                                .body(Map.of("name", "Written while the database hangs"))
                                .post("/organizations")
                                .statusCode(),
                        write -> Thread.ofVirtual().start(write)));
            }
            await().atMost(PATIENCE).until(() -> get("/q/health/ready").statusCode() == 503);
            assertThat(since(start)).as("readiness is down").isLessThan(Duration.ofSeconds(5));
            long asked = System.nanoTime();
            assertThat(get("/q/health/ready").statusCode()).isEqualTo(503);
            assertThat(since(asked)).as("readiness responds at once").isLessThan(Duration.ofSeconds(1));
            assertThat(get("/q/health/live").statusCode()).isEqualTo(200);
            assertThat(callers.identify(HashedToken.of(token), Api.USE).join()).isPresent();
            for (CompletableFuture<Integer> write : writes) {
                assertThat(write.join()).isEqualTo(503);
            }
            assertThat(since(start)).as("all writes are rejected").isLessThan(Duration.ofSeconds(12));
        } finally {
            signal("CONT", processes);
        }
        long back = System.nanoTime();
        await().atMost(PATIENCE).until(() -> get("/q/health/ready").statusCode() == 200);
        await().atMost(PATIENCE)
                .until(() -> asAdmin()
                                .body(Map.of("name", "Acme"))
                                .post("/organizations")
                                .statusCode()
                        == 201);
        assertThat(since(back)).as("writes again").isLessThan(Duration.ofSeconds(12));
    }

    @Test
    void longStatementIsNotCutOff() throws Exception {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(statement.execute("select pg_sleep(8)")).isTrue();
        }
    }

    @Test
    void revokedTokenIsRejectedIfChangesCannotBeRead() throws Exception {
        String token = Api.tokenBoundTo(Api.organization());
        String id = callers.identify(HashedToken.of(token), Api.USE)
                .join()
                .orElseThrow()
                .credential()
                .id()
                .toString();
        try (Connection lock = DriverManager.getConnection(url, username, password);
                Statement locked = lock.createStatement();
                Connection beside = DriverManager.getConnection(url, username, password);
                Statement revoking = beside.createStatement()) {
            lock.setAutoCommit(false);
            locked.execute("lock table change in access exclusive mode");
            // Without the trigger, which would wait for the lock.
            revoking.execute("set session_replication_role = replica");
            revoking.execute("delete from api_token where id = '" + id + "'");
            await().atMost(PATIENCE).until(() -> callers.identify(HashedToken.of(token), Api.USE)
                    .join()
                    .isEmpty());
            lock.rollback();
        }
        await().atMost(PATIENCE).until(() -> get("/q/health/ready").statusCode() == 200);
    }

    /** PostgreSQL's main process and its backends. */
    private List<ProcessHandle> processes() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)")) {
            row.next();
            ProcessHandle main = ProcessHandle.of(row.getLong(1)).orElseThrow();
            return Stream.concat(Stream.of(main), main.descendants()).toList();
        }
    }

    private static void signal(String signal, List<ProcessHandle> processes) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
        processes.forEach(process -> command.add(Long.toString(process.pid())));
        assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
