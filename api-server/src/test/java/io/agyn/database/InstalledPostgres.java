package io.agyn.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.postgres.PostgresCommand;
import io.agyn.postgres.Postmaster;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** The machine's PostgreSQL, if installed: it has the clients that the embedded one lacks. */
public final class InstalledPostgres implements AutoCloseable {
    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
    private static final List<String> NEEDED = List.of("initdb", "postgres", "pg_dump", "pg_restore");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Path programs;
    private final Process process;
    private final int port;

    private InstalledPostgres(Path programs, Process process, int port) {
        this.programs = programs;
        this.process = process;
        this.port = port;
    }

    /** Whether server and clients of one version are installed. */
    public static boolean isThere() {
        return find().isPresent();
    }

    /** Starts it on an empty database cluster that trusts local connections. */
    public static InstalledPostgres start(Path cluster) throws Exception {
        Path programs = find().orElseThrow();
        Process initdb = PostgresCommand.foreground(List.of(
                        programs.resolve("initdb").toString(),
                        "--pgdata=" + cluster,
                        "--username=admin",
                        "--auth=trust",
                        "--no-sync"))
                .start();
        String output = new String(initdb.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(initdb.waitFor()).as(output).isZero();
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Process process = PostgresCommand.detached(List.of(
                        programs.resolve("postgres").toString(),
                        "-D",
                        cluster.toString(),
                        "-c",
                        "listen_addresses=127.0.0.1",
                        "-c",
                        "port=" + port,
                        "-c",
                        "unix_socket_directories="))
                .redirectOutput(cluster.resolve("log").toFile())
                .start();
        InstalledPostgres started = new InstalledPostgres(programs, process, port);
        started.awaitReady();
        return started;
    }

    /** A client program. */
    public String program(String name) {
        return programs.resolve(name).toString();
    }

    public int port() {
        return port;
    }

    /** Connects as its administrator. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/postgres", "admin", "");
    }

    @Override
    public void close() {
        Postmaster.stop(process.toHandle());
    }

    private void awaitReady() {
        Awaitility.await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            try (Connection connection = connect()) {
                return connection.isValid(1);
            }
        });
    }

    private static Optional<Path> find() {
        List<Path> folders = new ArrayList<>();
        if (Files.isDirectory(DEBIAN)) {
            try (DirectoryStream<Path> versions = Files.newDirectoryStream(DEBIAN)) {
                versions.forEach(version -> folders.add(version.resolve("bin")));
            } catch (IOException e) {
                // Otherwise uses the path.
            }
        }
        folders.sort(Comparator.reverseOrder());
        Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .filter(folder -> !folder.isEmpty())
                .map(Path::of)
                .forEach(folders::add);
        return folders.stream()
                .filter(folder -> NEEDED.stream().allMatch(program -> Files.isExecutable(folder.resolve(program))))
                .findFirst();
    }
}
