package io.agyn.changes;

import java.sql.Connection;
import java.sql.SQLException;

/** Uses the feed's connection, by which PostgreSQL knows that this server is alive. */
public interface ChangeFeedHook {
    /**
     * Is called on the feed's thread, twice a second and more; must be quick.
     *
     * @param connection the connection; another one after the database was away
     * @throws SQLException when the database does not answer; the feed then connects anew
     */
    void onPoll(Connection connection) throws SQLException;
}
