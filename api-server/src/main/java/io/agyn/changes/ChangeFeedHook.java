package io.agyn.changes;

import java.sql.Connection;
import java.sql.SQLException;

/** Uses the feed's connection, which shows PostgreSQL that this server is alive. */
public interface ChangeFeedHook {
    /**
     * Called on the feed's thread, at least twice a second; must be quick.
     *
     * @param connection the connection; a new one after an outage
     * @throws SQLException if the database fails; the feed then reconnects
     */
    void onPoll(Connection connection) throws SQLException;
}
