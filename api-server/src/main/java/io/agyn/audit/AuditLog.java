package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.keys.LiveKeyset;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.transaction.Transactional.TxType;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Where the server adds audit events. */
@ApplicationScoped
class AuditLog {
    private final DataSource dataSource;
    private final AuditWriter writer;

    AuditLog(DataSource dataSource, LiveKeyset keyset) {
        this.dataSource = requireNonNull(dataSource, "dataSource is null");
        this.writer = new AuditWriter(keyset::current);
    }

    /**
     * Adds an event in the transaction of what it tells of: both are there, or neither. The chain stays locked to the end
     * of the transaction, so this is the last that it does.
     *
     * @throws IllegalStateException where the database does not take it; the transaction then fails as a whole
     */
    @Transactional(TxType.MANDATORY)
    void add(Event event) {
        try (Connection connection = dataSource.getConnection()) {
            writer.add(connection, event);
        } catch (SQLException e) {
            throw new IllegalStateException("An audit event cannot be written", e);
        }
    }

    /** Adds an event of what was refused, which has no transaction of its own. */
    @Transactional(TxType.REQUIRES_NEW)
    void addAlone(Event event) {
        add(event);
    }
}
