package io.agyn.database;

import static java.util.Objects.requireNonNull;

import io.agyn.operator.OperatorException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/** Connects to PostgreSQL before the application starts, or without it, and explains failures in a sentence. */
public final class DatabaseProbe {

    private static final String CONNECT_TIMEOUT_SECONDS = "10";
    private static final Duration RETRY_DELAY = Duration.ofMillis(500);
    // Set by the driver: a missing password, or missing TLS that the URL requires.
    private static final String REJECTED = "08004";

    private DatabaseProbe() {}

    /**
     * Connects to a database.
     *
     * @param url the server and database
     * @param username the user, or empty for the driver's default
     * @param password the password, or empty for none
     * @return a valid connection, to be closed
     * @throws OperatorException if the connection fails
     */
    public static Connection connect(DatabaseUrl url, String username, String password) {
        requireNonNull(url, "url is null");
        Properties properties = new Properties();
        properties.setProperty("connectTimeout", CONNECT_TIMEOUT_SECONDS);
        properties.setProperty("loginTimeout", CONNECT_TIMEOUT_SECONDS);
        if (!username.isEmpty()) {
            properties.setProperty("user", username);
        }
        if (!password.isEmpty()) {
            properties.setProperty("password", password);
        }
        try {
            Connection connection = new Driver().connect(url.jdbcUrl(), properties);
            if (!connection.isValid(0)) {
                connection.close();
                throw new SQLException("the connection is not valid");
            }
            return connection;
        } catch (SQLException e) {
            throw failure(url, e);
        }
    }

    /**
     * Connects, and retries while the database does not respond, has too many connections or is read-only, as during
     * its start or a failover.
     *
     * @param url the server and database
     * @param username the user, or empty for the driver's default
     * @param password the password, or empty for none
     * @param timeout how long to retry
     * @return a writable connection, to be closed
     * @throws OperatorException if the timeout expires, or at once if retrying cannot help
     */
    public static Connection await(DatabaseUrl url, String username, String password, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean reported = false;
        while (true) {
            try {
                return connectToWrite(url, username, password);
            } catch (OperatorException e) {
                if (!(e.getCause() instanceof SQLException cause && isTemporary(cause))
                        || System.nanoTime() > deadline) {
                    throw e;
                }
                if (!reported) {
                    reported = true;
                    // Not to the log, which is buffered until the server has started.
                    System.err.printf(
                            "%s Trying for %d s (AGYN_DATABASE_START_TIMEOUT).%n", e.getMessage(), timeout.toSeconds());
                }
                pause();
            }
        }
    }

    private static Connection connectToWrite(DatabaseUrl url, String username, String password) {
        Connection connection = connect(url, username, password);
        try (Statement query = connection.createStatement();
                ResultSet row = query.executeQuery("select current_setting('transaction_read_only')::boolean")) {
            row.next();
            if (row.getBoolean(1)) {
                throw new SQLException("the database is read-only", DatabaseFailures.READ_ONLY);
            }
            return connection;
        } catch (SQLException e) {
            close(connection, e);
            throw failure(url, e);
        }
    }

    private static void close(Connection connection, SQLException failure) {
        try {
            connection.close();
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    /**
     * Whether a failure may be temporary: no connection, too many connections, a start or stop of the database, a
     * standby.
     */
    private static boolean isTemporary(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        boolean isConnection = state.startsWith("08") && !state.equals(REJECTED) && !isTls(e);
        return isConnection
                || state.startsWith("53")
                || state.startsWith("57P")
                || state.equals(DatabaseFailures.READ_ONLY);
    }

    private static boolean isTls(SQLException e) {
        return Stream.iterate((Throwable) e, Objects::nonNull, Throwable::getCause)
                .limit(10)
                .anyMatch(SSLException.class::isInstance);
    }

    private static void pause() {
        try {
            Thread.sleep(RETRY_DELAY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperatorException("The server was stopped while it waited for its database.", e);
        }
    }

    /**
     * Explains a failure of a database.
     *
     * @return an exception whose message contains no row
     */
    public static OperatorException failure(DatabaseUrl url, SQLException e) {
        return new OperatorException(explanation(url, e), e);
    }

    private static String explanation(DatabaseUrl url, SQLException e) {
        String location = url.location();
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        if (isTls(e) || state.equals(REJECTED) && url.requiresTls()) {
            return "TLS with the database " + location + " fails (" + firstLine(e.getMessage())
                    + "): turn it on there, or correct sslmode and certificates in AGYN_DATABASE_URL.";
        }
        return switch (state) {
            case "28P01", "28000", REJECTED ->
                "The database " + location + " rejects the user or password: correct AGYN_DATABASE_USERNAME and"
                        + " AGYN_DATABASE_PASSWORD.";
            case "3D000" -> "There is no database " + location + ": create it, or correct AGYN_DATABASE_URL.";
            case DatabaseFailures.READ_ONLY ->
                "The database " + location
                        + " is read-only, as a standby is: name the primary in AGYN_DATABASE_URL, or all"
                        + " of its hosts.";
            case "08001", "08006" ->
                (location.contains(",") ? "No primary" : "No") + " PostgreSQL responds at " + location
                        + ": start it, or correct AGYN_DATABASE_URL.";
            default ->
                "The database " + location + " cannot be used (" + firstLine(e.getMessage())
                        + "): fix that, or correct AGYN_DATABASE_URL.";
        };
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "no reason given" : message.lines().findFirst().orElse("no reason given");
    }
}
