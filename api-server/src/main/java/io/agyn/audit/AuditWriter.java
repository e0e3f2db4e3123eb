package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.audit.AuditChain.End;
import io.agyn.audit.Event.Outcome;
import io.agyn.audit.Event.Source;
import io.agyn.ids.Uuid7;
import io.agyn.keys.KeyId;
import io.agyn.keys.Keyset;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Appends events to their chains, on a given connection. */
public final class AuditWriter {
    private static final String BEGIN_CHAIN = """
        insert into audit_chain (chain, sequence, hash, first_sequence, hash_before_first, seal, key_id)
        values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing\
        """;
    private static final String LOCK_CHAIN = """
        select sequence, hash, first_sequence, hash_before_first, key_id from audit_chain where chain = ? for update\
        """;
    private static final String ADD = """
        with moved as (update audit_chain set sequence = ?, hash = ?, seal = ?, key_id = ? where chain = ?)
        insert into audit_event (chain, sequence, hash, id, at, operation, outcome, code, resource_id, changed_fields,
            user_id, user_name, token_id, address, user_agent, request_id, key_id)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
        """;

    private final Supplier<Keyset> keyset;

    /** @param keyset returns the current keyset */
    public AuditWriter(Supplier<Keyset> keyset) {
        this.keyset = requireNonNull(keyset, "keyset is null");
    }

    /**
     * Adds the event of a command that the operating system's user ran.
     *
     * @param connection a connection; its open transaction is committed with the event
     * @param command the command, such as {@code keyset rewrap}
     * @throws SQLException if the write fails
     */
    public void addCommand(Connection connection, String command) throws SQLException {
        UUID id = Uuid7.next();
        Source source = new Source(null, System.getProperty("user.name"), null, null, "agyn-server", id.toString());
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        boolean autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(false);
        add(connection, new Event(null, id, now, command, Outcome.DONE, null, null, List.of(), source));
        connection.commit();
        connection.setAutoCommit(autoCommit);
    }

    /** Adds an event in the connection's transaction, and locks its chain until the end. */
    void add(Connection connection, Event event) throws SQLException {
        AuditChain chains = new AuditChain(keyset.get());
        End end = lock(connection, event.chain(), chains);
        KeyId key = chains.keyAfter(end);
        byte[] hash = chains.hash(key, end.hash(), event, end.sequence() + 1);
        write(connection, event, end.with(key, hash), chains);
    }

    private End lock(Connection connection, UUID chain, AuditChain chains) throws SQLException {
        Optional<End> found = find(connection, chain, chains);
        if (found.isPresent()) {
            return found.get();
        }
        End begin = chains.begin(chain);
        try (PreparedStatement insert = connection.prepareStatement(BEGIN_CHAIN)) {
            insert.setObject(1, chain);
            insert.setLong(2, begin.sequence());
            insert.setBytes(3, begin.hash());
            insert.setLong(4, begin.firstSequence());
            insert.setBytes(5, begin.hashBeforeFirst());
            insert.setBytes(6, chains.seal(begin));
            insert.setLong(7, begin.key().number());
            insert.executeUpdate();
        }
        return find(connection, chain, chains).orElseThrow();
    }

    private static Optional<End> find(Connection connection, UUID chain, AuditChain chains) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(LOCK_CHAIN)) {
            query.setObject(1, chain);
            try (ResultSet row = query.executeQuery()) {
                return row.next()
                        ? Optional.of(new End(
                                chain,
                                row.getLong(3),
                                row.getBytes(4),
                                row.getLong(1),
                                row.getBytes(2),
                                chains.key(row, 5)))
                        : Optional.empty();
            }
        }
    }

    private static void write(Connection connection, Event event, End end, AuditChain chains) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(ADD)) {
            @Nullable
            Object[] values = {
                end.sequence(),
                end.hash(),
                chains.seal(end),
                end.key().number(),
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
                event.source().requestId(),
                end.key().number()
            };
            for (int i = 0; i < values.length; i++) {
                insert.setObject(i + 1, values[i]);
            }
            insert.executeUpdate();
        }
    }
}
