package io.agyn.storage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The existing daily partitions of a table. Not thread-safe. */
public final class DailyPartitions {
    private final String ensureSql;
    private final String dropSql;
    private final Set<LocalDate> created = new HashSet<>();

    /**
     * @param ensureSql creates the partition of a day
     * @param dropSql drops the partitions before a day, and returns their number
     */
    public DailyPartitions(String ensureSql, String dropSql) {
        this.ensureSql = ensureSql;
        this.dropSql = dropSql;
    }

    /** Creates missing partitions, in the connection's transaction or in a separate one. */
    public void ensure(Connection connection, Collection<LocalDate> days) throws SQLException {
        for (LocalDate day : days) {
            if (!created.contains(day)) {
                try (PreparedStatement ensure = connection.prepareStatement(ensureSql)) {
                    ensure.setObject(1, day);
                    ensure.execute();
                }
                created.add(day);
            }
        }
    }

    /** Clears the cache, since partitions may have been dropped, or their creation rolled back. */
    public void clear() {
        created.clear();
    }

    /**
     * Creates the partitions of today and tomorrow, and drops expired ones, unless another server is doing it.
     *
     * @param retention whole days to keep rows
     * @return the number of dropped partitions
     * @throws SQLException if it fails, or waits too long for readers
     */
    public int maintain(Connection connection, LocalDate today, Duration retention) throws SQLException {
        ensure(connection, List.of(today, today.plusDays(1)));
        return dropBefore(connection, today.minusDays(retention.toDays()));
    }

    private int dropBefore(Connection connection, LocalDate day) throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(false);
        try (Statement setting = connection.createStatement();
                PreparedStatement drop = connection.prepareStatement(dropSql)) {
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
