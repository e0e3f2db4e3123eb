package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.audit.AuditChain.End;
import io.agyn.keys.Keyset;
import io.agyn.keys.LiveKeyset;
import io.agyn.settings.Settings;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/** Deletes expired audit events from the start of their chains. */
@Singleton
final class AuditRetention {
    private static final Logger LOG = Logger.getLogger(AuditRetention.class);
    private static final int BATCH_SIZE = 10_000;

    private static final String EXPIRED_CHAINS = """
        select c.chain from audit_chain c join audit_event e on e.chain = c.chain and e.sequence = c.first_sequence
        where e.at < ?\
        """;
    private static final String LOCK = """
        select first_sequence, hash_before_first, sequence, hash, key_id from audit_chain where chain = ? for update\
        """;
    private static final String LAST_EXPIRED = """
        select sequence, hash from audit_event where chain = ? and sequence = (
            select coalesce(min(sequence) filter (where at >= ?) - 1, max(sequence)) from audit_event
            where chain = ? and sequence < ?)\
        """;

    private final DataSource dataSource;
    private final Supplier<Keyset> keyset;
    private final Duration retention;

    @Inject
    AuditRetention(DataSource dataSource, LiveKeyset keyset, Settings settings) {
        this(dataSource, keyset::current, settings.audit().retention());
    }

    /** @param retention how long events are kept */
    AuditRetention(DataSource dataSource, Supplier<Keyset> keyset, Duration retention) {
        this.dataSource = requireNonNull(dataSource, "dataSource is null");
        this.keyset = requireNonNull(keyset, "keyset is null");
        this.retention = requireNonNull(retention, "retention is null");
    }

    @Scheduled(
            identity = "audit-retention",
            every = "1h",
            delayed = "2m",
            concurrentExecution = ConcurrentExecution.SKIP)
    void run() throws SQLException {
        drop();
    }

    /** Deletes the expired events and returns their number. */
    long drop() throws SQLException {
        Instant before = Instant.now().minus(retention);
        long dropped = 0;
        try (Connection connection = dataSource.getConnection()) {
            for (UUID chain : expiredChains(connection, before)) {
                int some;
                do {
                    some = dropBatch(connection, chain, before);
                    dropped += some;
                } while (some == BATCH_SIZE);
            }
        }
        if (dropped > 0) {
            LOG.infof("Dropped %d audit events older than %d days", dropped, retention.toDays());
        }
        return dropped;
    }

    private static List<UUID> expiredChains(Connection connection, Instant before) throws SQLException {
        List<UUID> found = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(EXPIRED_CHAINS)) {
            query.setObject(1, before.atOffset(ZoneOffset.UTC));
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    found.add(row.getObject(1, UUID.class));
                }
            }
        }
        return found;
    }

    private int dropBatch(Connection connection, UUID chain, Instant before) throws SQLException {
        connection.setAutoCommit(false);
        try {
            int dropped = dropFront(connection, chain, before);
            connection.commit();
            return dropped;
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    /** Deletes up to the first event that is not expired, even if the clock was set back. */
    private int dropFront(Connection connection, UUID chain, Instant before) throws SQLException {
        AuditChain chains = new AuditChain(keyset.get());
        End end = lock(connection, chain, chains);
        long last = 0;
        byte[] hash = null;
        try (PreparedStatement query = connection.prepareStatement(LAST_EXPIRED)) {
            query.setObject(1, chain);
            query.setObject(2, before.atOffset(ZoneOffset.UTC));
            query.setObject(3, chain);
            query.setLong(4, end.firstSequence() + BATCH_SIZE);
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    return 0;
                }
                last = row.getLong(1);
                hash = row.getBytes(2);
            }
        }
        try (Statement allowed = connection.createStatement()) {
            allowed.execute("set local agyn.audit_retention = 'on'");
        }
        int dropped;
        try (PreparedStatement delete =
                connection.prepareStatement("delete from audit_event where chain = ? and sequence <= ?")) {
            delete.setObject(1, chain);
            delete.setLong(2, last);
            dropped = delete.executeUpdate();
        }
        End shorter = end.from(last + 1, hash, chains.keyAfter(end));
        try (PreparedStatement update = connection.prepareStatement(
                "update audit_chain set first_sequence = ?, hash_before_first = ?, seal = ?, key_id = ? where"
                        + " chain = ?")) {
            update.setLong(1, shorter.firstSequence());
            update.setBytes(2, shorter.hashBeforeFirst());
            update.setBytes(3, chains.seal(shorter));
            update.setLong(4, shorter.key().number());
            update.setObject(5, chain);
            update.executeUpdate();
        }
        return dropped;
    }

    private static End lock(Connection connection, UUID chain, AuditChain chains) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(LOCK)) {
            query.setObject(1, chain);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return new End(
                        chain, row.getLong(1), row.getBytes(2), row.getLong(3), row.getBytes(4), chains.key(row, 5));
            }
        }
    }
}
