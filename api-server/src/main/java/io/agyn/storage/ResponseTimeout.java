package io.agyn.storage;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * The longest time that the database may take to respond on one connection, until it is closed. Without it, TCP would wait
 * for 15 minutes if the database's machine crashes.
 */
public final class ResponseTimeout implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Connection connection;
    private final int previous;

    private ResponseTimeout(Connection connection, int previous) {
        this.connection = requireNonNull(connection, "connection is null");
        this.previous = previous;
    }

    public static ResponseTimeout on(Connection connection) throws SQLException {
        ResponseTimeout timeout = new ResponseTimeout(connection, connection.getNetworkTimeout());
        timeout.set((int) TIMEOUT.toMillis());
        return timeout;
    }

    private void set(int milliseconds) throws SQLException {
        connection.setNetworkTimeout(Runnable::run, milliseconds);
    }

    @Override
    public void close() throws SQLException {
        set(previous);
    }
}
