package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.audit.AuditChain.End;
import io.agyn.audit.Event.Outcome;
import io.agyn.audit.Event.Source;
import io.agyn.keys.Keyset;
import io.agyn.rest.Uuid7;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/** Adds events to their chains, over a connection that is given. */
public final class AuditWriter {
    private static final String BEGIN_CHAIN = """
            insert into audit_chain (chain, sequence, hash, first_sequence, hash_before_first, seal)
            values (?, ?, ?, ?, ?, ?) on conflict do nothing""";
    private static final String LOCK_CHAIN =
            "select sequence, hash, first_sequence, hash_before_first from audit_chain where chain = ? for update";
    private static final String ADD = """
            with moved as (update audit_chain set sequence = ?, hash = ?, seal = ? where chain = ?)
            insert into audit_event (chain, sequence, hash, id, at, operation, outcome, code, resource_id, changed_fields,
                user_id, user_name, token_id, address, user_agent, request_id)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";

    private final AuditChain chains;

    /** @param keyset the server's; the key that makes the chains' hashes is the same in all its generations */
    public AuditWriter(Keyset keyset) {
        this.chains = new AuditChain(requireNonNull(keyset, "keyset is null"));
    }

    /**
     * Adds that a command was run beside the server, by the user of the operating system.
     *
     * @param connection to the database; what is open on it is committed with the event
     * @param command its name, such as {@code keyset rewrap}
     * @throws SQLException where the database does not take it
     */
    public void addCommand(Connection connection, String command) throws SQLException {
        UUID id = Uuid7.next();
        Source source = new Source(null, System.getProperty("user.name"), null, null, "agyn-server", id.toString());
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        boolean alone = connection.getAutoCommit();
        connection.setAutoCommit(false);
        add(connection, new Event(null, id, now, command, Outcome.DONE, null, null, List.of(), source));
        connection.commit();
        connection.setAutoCommit(alone);
    }

    /** Adds an event in the transaction that is open on the connection, to whose end its chain is locked. */
    void add(Connection connection, Event event) throws SQLException {
        End end = lock(connection, event.chain());
        byte[] hash = chains.hash(end.hash(), event, end.sequence() + 1);
        write(connection, event, end.with(hash));
    }

    private End lock(Connection connection, UUID chain) throws SQLException {
        End found = find(connection, chain);
        if (found != null) {
            return found;
        }
        End begin = End.ofNew(chain);
        try (PreparedStatement insert = connection.prepareStatement(BEGIN_CHAIN)) {
            insert.setObject(1, chain);
            insert.setLong(2, begin.sequence());
            insert.setBytes(3, begin.hash());
            insert.setLong(4, begin.firstSequence());
            insert.setBytes(5, begin.hashBeforeFirst());
            insert.setBytes(6, chains.seal(begin));
            insert.executeUpdate();
        }
        return find(connection, chain);
    }

    private static End find(Connection connection, UUID chain) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(LOCK_CHAIN)) {
            query.setObject(1, chain);
            try (ResultSet row = query.executeQuery()) {
                return row.next()
                        ? new End(chain, row.getLong(3), row.getBytes(4), row.getLong(1), row.getBytes(2))
                        : null;
            }
        }
    }

    private void write(Connection connection, Event event, End end) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(ADD)) {
            Object[] values = {
                end.sequence(),
                end.hash(),
                chains.seal(end),
                end.chain(),
                event.chain(),
                end.sequence(),
                end.hash(),
                event.id(),
                event.at().atOffset(ZoneOffset.UTC),
                event.operation(),
                event.outcome().name().toLowerCase(Locale.ROOT),
                event.code(),
                event.resourceId(),
                connection.createArrayOf("text", event.changedFields().toArray()),
                event.source().userId(),
                event.source().userName(),
                event.source().tokenId(),
                event.source().address(),
                event.source().userAgent(),
                event.source().requestId()
            };
            for (int i = 0; i < values.length; i++) {
                insert.setObject(i + 1, values[i]);
            }
            insert.executeUpdate();
        }
    }
}
