package io.agyn.audit;

import io.agyn.keys.KeyId;
import io.agyn.keys.Keyset;
import io.agyn.keys.rotation.RotationLog;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Connects key rotation to the audit log. */
public final class AuditRotationLog implements RotationLog {
    @Override
    public void record(Connection connection, Keyset keyset, String command) throws SQLException {
        new AuditWriter(() -> keyset).addCommand(connection, command);
    }

    @Override
    public List<UUID> renewSeals(Connection connection, Keyset keyset) throws SQLException {
        return new AuditSeals(keyset).renew(connection);
    }

    @Override
    public Map<KeyId, Long> hashes(Connection connection, Keyset keyset) throws SQLException {
        return new AuditSeals(keyset).count(connection);
    }
}
