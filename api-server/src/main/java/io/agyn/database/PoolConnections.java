package io.agyn.database;

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
 * The open connections of the pool. A new connection has a socket timeout (see application.properties) only until its
 * login, so that long statements are never interrupted. Instead, all connections are aborted at once when the
 * database stops responding, which the change feed detects within seconds.
 */
@Singleton
public class PoolConnections implements AgroalPoolInterceptor {
    private static final Logger LOG = Logger.getLogger(PoolConnections.class);
    private static final String SOCKET_TIMEOUT = "socketTimeout=";

    private final boolean hasOperatorTimeout;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();

    @Inject
    PoolConnections(@ConfigProperty(name = "quarkus.datasource.jdbc.url") String url) {
        // The operator's timeout takes precedence.
        this.hasOperatorTimeout = requireNonNull(url, "url is null").contains(SOCKET_TIMEOUT);
    }

    @Override
    public void onConnectionCreate(Connection connection) {
        try {
            open.add(driverConnection(connection));
            if (!hasOperatorTimeout) {
                connection.setNetworkTimeout(Runnable::run, 0);
            }
        } catch (SQLException e) {
            // The connection is broken; its first use will fail.
            LOG.debug("A new connection does not work", e);
        }
    }

    @Override
    public void onConnectionDestroy(Connection connection) {
        try {
            open.remove(driverConnection(connection));
        } catch (SQLException e) {
            LOG.debug("A connection could not be identified", e);
        }
    }

    /** The pool passes a wrapper to interceptors, which is only valid during the call. */
    private static Connection driverConnection(Connection wrapper) throws SQLException {
        return wrapper.unwrap(PgConnection.class);
    }

    /** Closes the sockets of all connections, in use or not, so that blocked threads get an exception at once. */
    public void abort() {
        for (Connection connection : open) {
            // Each on a separate thread, since closing a TLS socket may wait for a writer.
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
