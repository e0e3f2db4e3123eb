package io.agyn.postgres;

import static java.util.Objects.requireNonNull;

import io.agyn.operator.OperatorException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL that starts and stops with the server. Only its data outlives the server: remains of a killed server
 * or PostgreSQL are cleaned up at the next start, and a PostgreSQL that crashes under a running server is restarted
 * on the same port.
 */
public final class EmbeddedPostgres implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(EmbeddedPostgres.class);
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    // For a port that is taken between choice and use, and for backends of a killed PostgreSQL, which hold its shared
    // memory until they notice.
    private static final Duration START_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration RETRY_DELAY = Duration.ofMillis(100);
    private static final Duration POLL = Duration.ofMillis(5);
    private static final int ANY_PORT = 0;

    private final PostgresBinaries binaries;
    private final Cluster cluster;
    private @Nullable Process process;
    private int port;
    private boolean closed;

    private EmbeddedPostgres(PostgresBinaries binaries, Cluster cluster) {
        this.binaries = binaries;
        this.cluster = cluster;
    }

    /** Whether there are databases in the server's data folder. */
    public static boolean hasData(Path dataFolder) {
        return Cluster.exists(requireNonNull(dataFolder, "dataFolder is null"));
    }

    /** How to connect to the databases of a running server. */
    public record Access(String jdbcUrl, String username, String password) {}

    /**
     * Waits until the databases of a running server accept connections.
     *
     * @param dataFolder the server's data folder
     * @throws OperatorException if PostgreSQL does not become ready, or the folder is unreadable
     */
    public static Access ofRunning(Path dataFolder) {
        requireNonNull(dataFolder, "dataFolder is null");
        Instant deadline = Instant.now().plus(START_TIMEOUT);
        try {
            while (true) {
                Optional<PostmasterPid> running =
                        PostmasterPid.read(Cluster.folder(dataFolder)).filter(file -> file.ready() && file.port() != 0);
                if (running.isPresent()) {
                    return new Access(
                            url(running.get().port()),
                            Cluster.USERNAME,
                            Cluster.password(Cluster.passwordFile(dataFolder)));
                }
                if (Instant.now().isAfter(deadline)) {
                    throw new OperatorException("A server is running on the data folder " + dataFolder
                            + ", and its PostgreSQL is not ready: see postgres.log there, or stop the server.");
                }
                pause(RETRY_DELAY);
            }
        } catch (IOException e) {
            throw new OperatorException(
                    "The data folder " + dataFolder + " cannot be read (" + OperatorException.reason(e)
                            + "): run this as the server's user.",
                    e);
        }
    }

    /**
     * Opens the databases in a folder, and creates them the first time. Nothing runs until {@link #start()}.
     *
     * @param dataFolder the server's data folder, locked by the caller
     * @return the PostgreSQL, to be closed
     * @throws OperatorException if this machine cannot run it, or the data has another version
     */
    public static EmbeddedPostgres on(Path dataFolder) {
        requireNonNull(dataFolder, "dataFolder is null");
        PostgresBinaries binaries = PostgresBinaries.unpacked();
        return new EmbeddedPostgres(binaries, Cluster.open(dataFolder, binaries));
    }

    /**
     * Starts PostgreSQL; returns when it accepts connections.
     *
     * @throws OperatorException if it does not start
     */
    public void start() {
        start(Thread.ofPlatform().name("embedded-postgres").daemon().factory());
    }

    /**
     * Starts PostgreSQL; returns when it accepts connections.
     *
     * @param watching creates the thread that restarts PostgreSQL after a crash
     * @throws OperatorException if it does not start
     */
    public void start(ThreadFactory watching) {
        await(ANY_PORT);
        watching.newThread(this::keepRunning).start();
    }

    /** The JDBC URL, without credentials. */
    public synchronized String jdbcUrl() {
        return url(port);
    }

    public String username() {
        return Cluster.USERNAME;
    }

    public String password() {
        return cluster.password();
    }

    /** PostgreSQL's main process. It changes when PostgreSQL is restarted. */
    public synchronized ProcessHandle postmaster() {
        return current().toHandle();
    }

    /** Stops PostgreSQL; returns when it has ended. Closing twice does nothing. */
    @Override
    public void close() {
        @Nullable Process running;
        synchronized (this) {
            closed = true;
            running = process;
        }
        if (running != null && running.isAlive()) {
            Postmaster.stop(running.toHandle());
        }
    }

    private void keepRunning() {
        while (true) {
            try {
                current().waitFor();
                if (isClosed()) {
                    return;
                }
                LOG.warnf("PostgreSQL ended unexpectedly and is restarted; its log is %s", cluster.log());
                await(fixedPort());
            } catch (OperatorException e) {
                LOG.error(e.getMessage());
                pause(START_TIMEOUT);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void await(int wantedPort) {
        Instant deadline = Instant.now().plus(START_TIMEOUT);
        try {
            Files.writeString(cluster.log(), "", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            while (!attempt(wantedPort == ANY_PORT ? freePort() : wantedPort)) {
                if (Instant.now().isAfter(deadline)) {
                    throw new OperatorException("PostgreSQL does not start on " + cluster.folder() + ": "
                            + lastLogLine() + " (its log is " + cluster.log() + ").");
                }
                Postmaster.endOrphans(cluster.folder());
                pause(RETRY_DELAY);
            }
        } catch (IOException e) {
            throw new OperatorException(
                    "PostgreSQL cannot be started on " + cluster.folder() + " (" + OperatorException.reason(e)
                            + "): make the folder writable for this user, or set AGYN_DATA_DIR to another.",
                    e);
        }
    }

    private boolean attempt(int chosenPort) throws IOException {
        Optional<ProcessHandle> orphan = Postmaster.orphanOn(cluster.folder());
        if (orphan.isPresent()) {
            LOG.infof(
                    "Stopping the PostgreSQL that a killed server has left running (process %d)",
                    orphan.get().pid());
            Postmaster.stop(orphan.get());
        }
        Postmaster.deleteReusedPid(cluster.folder());
        Process started = launch(chosenPort);
        // No timeout: after a crash, PostgreSQL first replays the WAL since its last checkpoint.
        while (started.isAlive()) {
            if (PostmasterPid.read(cluster.folder())
                    .filter(file -> file.pid() == started.pid() && file.ready())
                    .isPresent()) {
                return true;
            }
            pause(POLL);
        }
        return false;
    }

    private synchronized Process launch(int chosenPort) throws IOException {
        if (closed) {
            throw new OperatorException("The server was stopped while PostgreSQL started.");
        }
        port = chosenPort;
        Process started = PostgresCommand.detached(List.of(
                        binaries.program("postgres").toString(),
                        "-D",
                        cluster.folder().toString(),
                        "-c",
                        "listen_addresses=127.0.0.1",
                        "-c",
                        "port=" + chosenPort,
                        "-c",
                        "unix_socket_directories=",
                        // Rows and statements must not be logged: they may contain confidential data.
                        "-c",
                        "log_error_verbosity=terse",
                        "-c",
                        "log_min_error_statement=panic"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(cluster.log().toFile()))
                .start();
        process = started;
        return started;
    }

    private synchronized Process current() {
        return requireNonNull(process, "PostgreSQL was not started");
    }

    private synchronized int fixedPort() {
        return port;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private String lastLogLine() throws IOException {
        try (Stream<String> lines = Files.lines(cluster.log())) {
            return lines.filter(line -> !line.isBlank()).reduce("no log", (previous, line) -> line);
        }
    }

    private static String url(int port) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?sslmode=disable";
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, LOOPBACK)) {
            return socket.getLocalPort();
        }
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperatorException("The server was stopped while PostgreSQL started.", e);
        }
    }
}
