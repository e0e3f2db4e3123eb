package io.agyn.postgres;

import static java.util.Objects.requireNonNull;

import io.agyn.health.BackgroundThread;
import io.agyn.settings.DatabaseUrl;
import io.agyn.settings.OperatorException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * A real PostgreSQL that starts and stops with the server. Its data outlives it, and so does nothing else: what a
 * killed server or a killed PostgreSQL has left is put in order at the next start, and a PostgreSQL that dies under a
 * running server is started again on the same port.
 */
public final class EmbeddedPostgres implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(EmbeddedPostgres.class);
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    // For a port taken by another between choice and use, and for backends of a PostgreSQL that was killed, which hold
    // its shared memory until they notice.
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration POLL = Duration.ofMillis(5);
    private static final int ANY_PORT = 0;

    private final PostgresBinaries binaries;
    private final Cluster cluster;
    private Process process;
    private int port;
    private boolean closed;

    private EmbeddedPostgres(PostgresBinaries binaries, Cluster cluster) {
        this.binaries = binaries;
        this.cluster = cluster;
    }

    /**
     * Says whether a server has kept its data in a folder before.
     *
     * @param dataFolder the server's data folder
     * @return whether there are databases in it
     */
    public static boolean hasData(Path dataFolder) {
        return Cluster.exists(requireNonNull(dataFolder, "dataFolder is null"));
    }

    /**
     * Connects to the databases in a folder that a running server keeps.
     *
     * @param dataFolder the server's data folder
     * @return a connection, to be closed
     * @throws OperatorException when PostgreSQL does not get ready, or the folder cannot be read
     */
    public static Connection connectToRunning(Path dataFolder) {
        requireNonNull(dataFolder, "dataFolder is null");
        Instant deadline = Instant.now().plus(PATIENCE);
        try {
            while (true) {
                Optional<PostmasterPid> running =
                        PostmasterPid.read(Cluster.folder(dataFolder)).filter(file -> file.ready() && file.port() != 0);
                if (running.isPresent()) {
                    return DatabaseProbe.connect(
                            DatabaseUrl.parse(url(running.get().port())),
                            Cluster.USERNAME,
                            Cluster.password(Cluster.passwordFile(dataFolder)));
                }
                if (Instant.now().isAfter(deadline)) {
                    throw new OperatorException("A server is running on the data folder " + dataFolder
                            + ", and its PostgreSQL is not ready: see postgres.log there, or stop the server.");
                }
                pause(PAUSE);
            }
        } catch (IOException e) {
            throw new OperatorException(
                    "The data folder " + dataFolder + " cannot be read (" + OperatorException.reason(e)
                            + "): run this as the server's user.",
                    e);
        }
    }

    /**
     * Prepares the databases in a folder, making empty ones the first time. Nothing runs until {@link #start()}.
     *
     * @param dataFolder the server's data folder, which the caller has locked
     * @return the PostgreSQL, to be closed
     * @throws OperatorException when this machine cannot run it or the data are of another version
     */
    public static EmbeddedPostgres on(Path dataFolder) {
        requireNonNull(dataFolder, "dataFolder is null");
        PostgresBinaries binaries = PostgresBinaries.unpacked();
        return new EmbeddedPostgres(binaries, Cluster.open(dataFolder, binaries));
    }

    /**
     * Starts PostgreSQL and returns when it takes connections.
     *
     * @throws OperatorException when it does not start
     */
    public void start() {
        await(ANY_PORT);
        BackgroundThread.unstarted("embedded-postgres", this::keepRunning).start();
    }

    /**
     * Gives the address of the database.
     *
     * @return a JDBC URL without credentials
     */
    public synchronized String jdbcUrl() {
        return url(port);
    }

    /**
     * Gives the user to connect as.
     *
     * @return the user's name
     */
    public String username() {
        return Cluster.USERNAME;
    }

    /**
     * Gives the password to connect with.
     *
     * @return the password
     */
    public String password() {
        return cluster.password();
    }

    /**
     * Gives PostgreSQL's main process.
     *
     * @return the process; another one after PostgreSQL was started again
     */
    public synchronized ProcessHandle postmaster() {
        return process.toHandle();
    }

    /** Stops PostgreSQL and returns when it is gone. Closing twice does nothing. */
    @Override
    public void close() {
        Process running;
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
                LOG.warnf("PostgreSQL has ended by itself and is started again; its log is %s", cluster.log());
                await(fixedPort());
            } catch (OperatorException e) {
                LOG.error(e.getMessage());
                pause(PATIENCE);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void await(int wantedPort) {
        Instant deadline = Instant.now().plus(PATIENCE);
        try {
            Files.writeString(cluster.log(), "", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            while (!attempt(wantedPort == ANY_PORT ? freePort() : wantedPort)) {
                if (Instant.now().isAfter(deadline)) {
                    throw new OperatorException("PostgreSQL does not start on " + cluster.folder() + ": "
                            + lastLogLine() + " (its log is " + cluster.log() + ").");
                }
                Postmaster.endOrphans(cluster.folder());
                pause(PAUSE);
            }
        } catch (IOException e) {
            throw new OperatorException(
                    "PostgreSQL cannot be started on " + cluster.folder() + " (" + OperatorException.reason(e)
                            + "): make the folder writable for this user, or set AGYN_DATA_DIR to another.",
                    e);
        }
    }

    private boolean attempt(int chosenPort) throws IOException {
        Optional<ProcessHandle> left = Postmaster.leftOn(cluster.folder());
        if (left.isPresent()) {
            LOG.infof(
                    "Stopping the PostgreSQL that a killed server has left running (process %d)",
                    left.get().pid());
            Postmaster.stop(left.get());
        }
        Postmaster.forgetReusedPid(cluster.folder());
        Process started = launch(chosenPort);
        // Without a limit: after a crash, PostgreSQL first replays what was written since its last checkpoint.
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
        process = PostgresCommand.detached(List.of(
                        binaries.program("postgres").toString(),
                        "-D",
                        cluster.folder().toString(),
                        "-c",
                        "listen_addresses=127.0.0.1",
                        "-c",
                        "port=" + chosenPort,
                        "-c",
                        "unix_socket_directories=",
                        // Rows and statements stay out of the log: they may hold what is nobody's business.
                        "-c",
                        "log_error_verbosity=terse",
                        "-c",
                        "log_min_error_statement=panic"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(cluster.log().toFile()))
                .start();
        return process;
    }

    private synchronized Process current() {
        return process;
    }

    private synchronized int fixedPort() {
        return port;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private String lastLogLine() throws IOException {
        try (Stream<String> lines = Files.lines(cluster.log())) {
            return lines.filter(line -> !line.isBlank()).reduce("it says nothing", (previous, line) -> line);
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
