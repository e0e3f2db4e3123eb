package io.agyn.usage.ingest;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** The existing daily partitions of the table of records. Not thread-safe. */
final class UsagePartitions {
    private final Set<LocalDate> created = new HashSet<>();

    /** Creates missing partitions, in the connection's transaction or in a separate one. */
    void ensure(Connection connection, Collection<LocalDate> days) throws SQLException {
        for (LocalDate day : days) {
            if (!created.contains(day)) {
                try (PreparedStatement ensure = connection.prepareStatement("select ensure_usage_partition(?)")) {
                    ensure.setObject(1, day);
                    ensure.execute();
                }
                created.add(day);
            }
        }
    }

    /** Clears the cache, since partitions may have been dropped, or their creation rolled back. */
    void clear() {
        created.clear();
    }

    /**
     * Drops the partitions before a day, unless another server is doing it.
     *
     * @return the number of dropped partitions
     * @throws SQLException if it fails, or waits too long for readers
     */
    int dropBefore(Connection connection, LocalDate day) throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(false);
        try (Statement setting = connection.createStatement();
                PreparedStatement drop = connection.prepareStatement("select drop_usage_partitions(?)")) {
            // While one transaction waits to drop a partition, all others wait behind it.
            setting.execute("set local lock_timeout = '2s'");
            drop.setObject(1, day);
            int dropped;
            try (ResultSet row = drop.executeQuery()) {
                row.next();
                dropped = row.getInt(1);
            }
            connection.commit();
            clear();
            return dropped;
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(autoCommit);
        }
    }
}
