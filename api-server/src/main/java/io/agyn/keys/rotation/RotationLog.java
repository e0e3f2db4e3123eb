package io.agyn.keys.rotation;

import io.agyn.keys.KeyId;
import io.agyn.keys.Keyset;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The audit log as a rotation needs it: it records the rotation's steps, and its hashes use the keyset's audit keys. */
public interface RotationLog {
    /** Adds the event of a command, such as {@code keyset rewrap}. */
    void record(Connection connection, Keyset keyset, String command) throws SQLException;

    /**
     * Seals all chains with the primary audit key.
     *
     * @return the chains that were tampered with; they keep their seals
     */
    List<UUID> renewSeals(Connection connection, Keyset keyset) throws SQLException;

    /** Counts events and seals by key. */
    Map<KeyId, Long> hashes(Connection connection, Keyset keyset) throws SQLException;
}
