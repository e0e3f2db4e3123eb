package io.agyn.database;

import java.sql.SQLException;
import java.util.Objects;
import java.util.stream.Stream;

/** Distinguishes an unavailable database from a fault of this server. */
public final class DatabaseFailures {
    /** A write on a standby or a read-only database. */
    public static final String READ_ONLY = "25006";

    // A database that is set to allow no connections.
    private static final String NOT_IN_REQUIRED_STATE = "55000";

    private DatabaseFailures() {}

    /** Whether an exception, or one of its causes, means that the database is unavailable. */
    public static boolean isUnavailable(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .limit(20)
                .anyMatch(cause -> cause instanceof SQLException sql && isUnavailable(sql));
    }

    /**
     * Whether the database is unavailable: no connection (08), a refused connection (28, 3D), lack of resources (53),
     * a shutdown (57P), a read-only database, or no free connection in the pool, which has no SQLSTATE.
     *
     * @param failure an exception of the driver or the pool
     */
    public static boolean isUnavailable(SQLException failure) {
        String state = failure.getSQLState();
        return state == null
                || Stream.of("08", "28", "3D", "53", "57P").anyMatch(state::startsWith)
                || state.equals(READ_ONLY)
                || state.equals(NOT_IN_REQUIRED_STATE);
    }
}
