package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.audit.AuditChain.End;
import io.agyn.keys.KeyId;
import io.agyn.keys.KeyPurpose;
import io.agyn.keys.Keyset;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Counts the audit log's keys, and re-seals its chains with the primary key. */
public final class AuditSeals {
    private static final String CHAINS = "select chain from audit_chain where key_id is distinct from ? order by chain";
    private static final String LOCK = """
        select first_sequence, hash_before_first, sequence, hash, key_id, seal from audit_chain
        where chain = ? for update\
        """;
    private static final String SEAL = "update audit_chain set seal = ?, key_id = ? where chain = ?";
    private static final String COUNT = """
        select key_id, count(*) from (
            select key_id from audit_chain union all select key_id from audit_event) as hashed
        group by key_id\
        """;

    private final Keyset keyset;
    private final AuditChain chains;

    /** @param keyset a keyset with all keys of the log */
    public AuditSeals(Keyset keyset) {
        this.keyset = requireNonNull(keyset, "keyset is null");
        this.chains = new AuditChain(keyset);
    }

    /** Counts events and chains by key, with one scan of each table. */
    public Map<KeyId, Long> count(Connection connection) throws SQLException {
        Map<KeyId, Long> counts = new HashMap<>();
        try (Statement query = connection.createStatement();
                ResultSet row = query.executeQuery(COUNT)) {
            while (row.next()) {
                counts.merge(chains.key(row, 1), row.getLong(2), Long::sum);
            }
        }
        return counts;
    }

    /**
     * Seals the ends of all chains with the primary audit key, so that an earlier key cannot move them.
     * Servers may keep running.
     *
     * @param connection a connection outside of a transaction
     * @return the chains whose previous seal is invalid; they are left unchanged
     */
    public List<UUID> renew(Connection connection) throws SQLException {
        List<UUID> broken = new ArrayList<>();
        for (UUID chain : withOtherKeys(connection)) {
            connection.setAutoCommit(false);
            try {
                if (!renew(connection, chain)) {
                    broken.add(chain);
                }
                connection.commit();
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
        return broken;
    }

    private List<UUID> withOtherKeys(Connection connection) throws SQLException {
        List<UUID> found = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(CHAINS)) {
            query.setLong(1, keyset.primary(KeyPurpose.AUDIT).number());
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    found.add(row.getObject(1, UUID.class));
                }
            }
        }
        return found;
    }

    private boolean renew(Connection connection, UUID chain) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement(LOCK);
                PreparedStatement write = connection.prepareStatement(SEAL)) {
            lock.setObject(1, chain);
            try (ResultSet row = lock.executeQuery()) {
                row.next();
                End end = new End(
                        chain, row.getLong(1), row.getBytes(2), row.getLong(3), row.getBytes(4), chains.key(row, 5));
                if (!keyset.keys(KeyPurpose.AUDIT).contains(end.key())
                        || !Arrays.equals(row.getBytes(6), chains.seal(end))) {
                    return false;
                }
                End renewed = end.from(end.firstSequence(), end.hashBeforeFirst(), chains.keyAfter(end));
                write.setBytes(1, chains.seal(renewed));
                write.setLong(2, renewed.key().number());
                write.setObject(3, chain);
                write.executeUpdate();
                return true;
            }
        }
    }
}
