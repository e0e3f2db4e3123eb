package io.agyn.database;

import static org.awaitility.Awaitility.await;

import io.agyn.postgres.EmbeddedPostgres;
import io.agyn.postgres.PostgresBinaries;
import io.agyn.postgres.PostgresCommand;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** A hot standby of an embedded PostgreSQL, which follows it by streaming replication. */
public final class Standby implements AutoCloseable {
    private final Path cluster;
    private final String username;
    private final String password;
    private Process process;
    private int port;

    private Standby(Path cluster, String username, String password) {
        this.cluster = cluster;
        this.username = username;
        this.password = password;
    }

    /** Copies the databases of a PostgreSQL that is stopped. */
    public static Standby copyOf(Path dataFolder, EmbeddedPostgres stopped, Path folder) throws IOException {
        Path from = dataFolder.resolve("postgres");
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        return new Standby(folder, stopped.username(), stopped.password());
    }

    /** Starts it as a standby of the PostgreSQL, which runs again by now, and waits until it accepts connections. */
    public void follow(EmbeddedPostgres primary) throws IOException, InterruptedException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        String primaryPort = primary.jdbcUrl().replaceAll(".*:([0-9]+)/.*", "$1");
        Files.createFile(cluster.resolve("standby.signal"));
        Files.writeString(
                cluster.resolve("postgresql.auto.conf"),
                "primary_conninfo = 'host=127.0.0.1 port=%s user=%s password=%s'%n"
                        .formatted(primaryPort, username, password),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        process = PostgresCommand.detached(List.of(
                        PostgresBinaries.unpacked().program("postgres").toString(),
                        "-D",
                        cluster.toString(),
                        "-c",
                        "listen_addresses=127.0.0.1",
                        "-c",
                        "port=" + port,
                        "-c",
                        "unix_socket_directories="))
                .redirectOutput(cluster.resolveSibling("standby.log").toFile())
                .start();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            try (Connection connection = connect()) {
                return connection.isValid(1);
            } catch (SQLException e) {
                return false;
            }
        });
    }

    /** The port it listens on. */
    public int port() {
        return port;
    }

    /** Promotes it, and returns when it accepts writes. */
    public void promote() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_promote()");
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/postgres?sslmode=disable", username, password);
    }

    @Override
    public void close() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }
}
