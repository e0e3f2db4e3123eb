package io.agyn.postgres;

import java.sql.SQLException;
import java.util.Objects;
import java.util.stream.Stream;

/** Tells an unavailable database from a fault of this server. */
public final class DatabaseFailures {
    /** A statement that writes, on a standby or a database that was made read-only. */
    public static final String READ_ONLY = "25006";

    // A database that was set to allow no connections.
    private static final String NOT_IN_REQUIRED_STATE = "55000";

    private DatabaseFailures() {}

    /**
     * Whether a failure, or one of its causes, says that the database cannot be used for now.
     *
     * @param failure any exception
     */
    public static boolean isUnavailable(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .limit(20)
                .anyMatch(cause -> cause instanceof SQLException sql && isUnavailable(sql));
    }

    /**
     * Whether the database cannot be used for now: no connection (08), one that is refused (28, 3D), lack of resources (53),
     * a shut-down (57P), a read-only database, or no connection to be had from the pool, which has no state.
     *
     * @param failure what the driver or the pool has thrown
     */
    public static boolean isUnavailable(SQLException failure) {
        String state = failure.getSQLState();
        return state == null
                || Stream.of("08", "28", "3D", "53", "57P").anyMatch(state::startsWith)
                || state.equals(READ_ONLY)
                || state.equals(NOT_IN_REQUIRED_STATE);
    }
}
