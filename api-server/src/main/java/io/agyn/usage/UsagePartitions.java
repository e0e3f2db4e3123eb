package io.agyn.usage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** The days that the table of records has partitions for. Not for use by several threads. */
final class UsagePartitions {
    private final Set<LocalDate> made = new HashSet<>();

    /** Makes the partitions of days where they are missing, in the connection's transaction or in one of its own. */
    void ensure(Connection connection, Collection<LocalDate> days) throws SQLException {
        for (LocalDate day : days) {
            if (!made.contains(day)) {
                try (PreparedStatement ensure = connection.prepareStatement("select ensure_usage_partition(?)")) {
                    ensure.setObject(1, day);
                    ensure.execute();
                }
                made.add(day);
            }
        }
    }

    /** Forgets which are there, since some may have been dropped, or their making was rolled back. */
    void forget() {
        made.clear();
    }

    /**
     * Drops the partitions of the days before one, unless another server is at it.
     *
     * @return how many were dropped
     * @throws SQLException when it fails, or had to wait for too long for those who read
     */
    int dropBefore(Connection connection, LocalDate day) throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(false);
        try (Statement patience = connection.createStatement();
                PreparedStatement drop = connection.prepareStatement("select drop_usage_partitions(?)")) {
            // Who waits for a partition to drop has all others wait behind it.
            patience.execute("set local lock_timeout = '2s'");
            drop.setObject(1, day);
            int dropped;
            try (ResultSet row = drop.executeQuery()) {
                row.next();
                dropped = row.getInt(1);
            }
            connection.commit();
            forget();
            return dropped;
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(autoCommit);
        }
    }
}
