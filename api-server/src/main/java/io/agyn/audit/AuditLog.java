package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.keys.LiveKeyset;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.transaction.Transactional.TxType;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Adds the server's audit events. */
@ApplicationScoped
class AuditLog {
    private final DataSource dataSource;
    private final AuditWriter writer;

    AuditLog(DataSource dataSource, LiveKeyset keyset) {
        this.dataSource = requireNonNull(dataSource, "dataSource is null");
        this.writer = new AuditWriter(keyset::current);
    }

    /**
     * Adds an event in the transaction of its operation, so that both are committed or neither. The chain stays
     * locked until the end of the transaction, so call this last.
     *
     * @throws IllegalStateException if the write fails; the transaction then fails as a whole
     */
    @Transactional(TxType.MANDATORY)
    void add(Event event) {
        try (Connection connection = dataSource.getConnection()) {
            writer.add(connection, event);
        } catch (SQLException e) {
            throw new IllegalStateException("An audit event cannot be written", e);
        }
    }

    /** Adds the event of a denial, which has no transaction. */
    @Transactional(TxType.REQUIRES_NEW)
    void addAlone(Event event) {
        add(event);
    }
}
