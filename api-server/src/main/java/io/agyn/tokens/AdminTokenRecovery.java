package io.agyn.tokens;

import static java.util.Objects.requireNonNull;

import io.agyn.ids.Uuid7;
import io.agyn.operator.OperatorException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/** Creates a token for a cluster admin without a server, for operators who have lost the last one. */
public final class AdminTokenRecovery {
    private static final String DESCRIPTION = "Created by the command admin-token create";
    private static final String ADMINISTRATOR = """
        select id, name from app_user where role = 'cluster_admin' and state = 'active' order by created_at, id limit 1\
        """;
    private static final String STORE = """
        insert into api_token (id, user_id, description, prefix, token_hash, created_at, updated_at)
        values (?, ?, ?, ?, ?, now(), now())\
        """;

    private AdminTokenRecovery() {}

    /**
     * A new token and its user.
     *
     * @param plaintext the token
     * @param userName the cluster admin
     */
    public record Created(Plaintext plaintext, String userName) {}

    /**
     * Stores a new token of the first active cluster admin. Existing tokens stay valid.
     *
     * @throws OperatorException if there is no cluster admin
     */
    public static Created create(Connection connection) throws SQLException {
        requireNonNull(connection, "connection is null");
        try (Statement query = connection.createStatement();
                ResultSet administrator = query.executeQuery(ADMINISTRATOR);
                PreparedStatement store = connection.prepareStatement(STORE)) {
            if (!administrator.next()) {
                throw new OperatorException(
                        "The database has no cluster admin: start a server, which creates the first one.");
            }
            Plaintext plaintext = Plaintext.random();
            store.setObject(1, Uuid7.next());
            store.setObject(2, administrator.getObject(1, UUID.class));
            store.setString(3, DESCRIPTION);
            store.setString(4, plaintext.prefix());
            store.setBytes(5, plaintext.hash());
            store.executeUpdate();
            return new Created(plaintext, administrator.getString(2));
        }
    }
}
