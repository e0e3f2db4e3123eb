package io.agyn.proxy.forwarding;

import static java.util.Objects.requireNonNull;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import javax.sql.DataSource;

/** The servers that share one database. */
@Singleton
class Deployment {
    private final UUID id;

    Deployment(DataSource dataSource) {
        requireNonNull(dataSource, "dataSource is null");
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select id from deployment")) {
            row.next();
            id = row.getObject(1, UUID.class);
        } catch (SQLException e) {
            throw new IllegalStateException("The deployment's id cannot be read", e);
        }
    }

    /** Returns the id that all servers of the deployment share. */
    UUID id() {
        return id;
    }
}
