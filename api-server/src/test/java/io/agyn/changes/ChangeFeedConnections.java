package io.agyn.changes;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** The servers' connections that wait for changes. */
public final class ChangeFeedConnections {
    private ChangeFeedConnections() {}

    /** Kills all feed connections, after waiting for at least one. */
    public static void kill(DataSource database) throws SQLException {
        int killed = 0;
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            for (long until = System.nanoTime() + 5_000_000_000L; killed == 0 && System.nanoTime() < until; ) {
                try (ResultSet row = statement.executeQuery("select count(pg_terminate_backend(pid))"
                        + " from pg_stat_activity where application_name = 'agyn change feed'")) {
                    row.next();
                    killed = row.getInt(1);
                }
            }
        }
        assertThat(killed).isPositive();
    }
}
