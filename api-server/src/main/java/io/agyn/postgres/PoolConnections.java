package io.agyn.postgres;

import static java.util.Objects.requireNonNull;

import io.agroal.api.AgroalPoolInterceptor;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.postgresql.jdbc.PgConnection;

/**
 * The open connections of the pool. A connection is opened under a socket time-out (see application.properties), which ends
 * with its log-in: a long statement is never cut off. Instead, all connections are aborted at once when the database has
 * stopped to respond, which the change feed finds out within seconds.
 */
@Singleton
public class PoolConnections implements AgroalPoolInterceptor {
    private static final Logger LOG = Logger.getLogger(PoolConnections.class);
    private static final String SOCKET_TIMEOUT = "socketTimeout=";

    private final boolean hasTimeoutOfOperator;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();

    @Inject
    PoolConnections(@ConfigProperty(name = "quarkus.datasource.jdbc.url") String url) {
        // Goes before the server's own.
        this.hasTimeoutOfOperator = requireNonNull(url, "url is null").contains(SOCKET_TIMEOUT);
    }

    @Override
    public void onConnectionCreate(Connection connection) {
        try {
            open.add(driverConnection(connection));
            if (!hasTimeoutOfOperator) {
                connection.setNetworkTimeout(Runnable::run, 0);
            }
        } catch (SQLException e) {
            // The connection is broken, as its first use will tell.
            LOG.debug("A new connection does not work", e);
        }
    }

    @Override
    public void onConnectionDestroy(Connection connection) {
        try {
            open.remove(driverConnection(connection));
        } catch (SQLException e) {
            LOG.debug("A connection is not told apart", e);
        }
    }

    /** The pool hands its interceptors a wrapper that works for the time of the call. */
    private static Connection driverConnection(Connection wrapper) throws SQLException {
        return wrapper.unwrap(PgConnection.class);
    }

    /** Closes the sockets of all connections, in use or not: who waits for the database gets an exception at once. */
    public void abort() {
        for (Connection connection : open) {
            // Each on a thread of its own, since to close a socket with TLS may wait for who writes to it.
            Thread.ofVirtual().start(() -> {
                try {
                    connection.abort(Runnable::run);
                } catch (SQLException e) {
                    LOG.debug("A connection is not aborted", e);
                }
            });
        }
    }
}
