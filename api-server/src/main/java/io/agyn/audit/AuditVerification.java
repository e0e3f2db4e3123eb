package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.audit.AuditChain.End;
import io.agyn.audit.Event.Outcome;
import io.agyn.audit.Event.Source;
import io.agyn.keys.Keyset;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * Holds what is in the audit log against its chains: whether an event was altered, removed or slipped in since the server
 * has written it.
 */
public final class AuditVerification {
    private static final String ENDS =
            "select chain, first_sequence, hash_before_first, sequence, hash, seal from audit_chain order by chain";
    private static final String STRAY = """
            select distinct chain from audit_event e
            where not exists (select from audit_chain c where c.chain = e.chain) order by chain""";
    private static final String EVENTS = "select * from audit_event where chain = ? order by sequence";
    private static final int ROWS_AT_ONCE = 1_000;

    /**
     * What was found.
     *
     * @param events how many events were read
     * @param faults a sentence for each chain that does not hold; none where all do
     */
    public record Result(long events, List<String> faults) {}

    private final AuditChain chains;
    private long events;

    /** @param keyset the keyset that the server runs with */
    public AuditVerification(Keyset keyset) {
        this.chains = new AuditChain(requireNonNull(keyset, "keyset is null"));
    }

    /**
     * Reads the whole log, as of one moment.
     *
     * @param connection to the database; a transaction of its own is begun and rolled back
     */
    public Result verify(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setReadOnly(true);
        events = 0;
        List<String> faults = new ArrayList<>();
        try {
            try (PreparedStatement query = connection.prepareStatement(ENDS);
                    ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    End end = new End(
                            row.getObject(1, UUID.class),
                            row.getLong(2),
                            row.getBytes(3),
                            row.getLong(4),
                            row.getBytes(5));
                    fault(connection, end, row.getBytes(6))
                            .ifPresent(fault -> faults.add(name(end.chain()) + ": " + fault));
                }
            }
            try (PreparedStatement query = connection.prepareStatement(STRAY);
                    ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    faults.add(name(row.getObject(1, UUID.class)) + ": the end of its chain was removed.");
                }
            }
            return new Result(events, faults);
        } finally {
            connection.rollback();
        }
    }

    private Optional<String> fault(Connection connection, End end, byte[] seal) throws SQLException {
        if (!Arrays.equals(seal, chains.seal(end))) {
            return Optional.of("the row that says where its chain begins and ends was altered.");
        }
        try (PreparedStatement query = connection.prepareStatement(EVENTS)) {
            query.setFetchSize(ROWS_AT_ONCE);
            query.setObject(1, end.chain());
            byte[] before = end.hashBeforeFirst();
            long expected = end.firstSequence();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    events++;
                    long sequence = row.getLong("sequence");
                    if (sequence > expected) {
                        return Optional.of(removed(expected, sequence - 1));
                    }
                    byte[] hash = row.getBytes("hash");
                    if (sequence < expected || !Arrays.equals(hash, chains.hash(before, event(row), sequence))) {
                        return Optional.of("event %d (%s) was altered or slipped in."
                                .formatted(sequence, row.getObject("id", UUID.class)));
                    }
                    before = hash;
                    expected++;
                }
            }
            if (expected <= end.sequence()) {
                return Optional.of(removed(expected, end.sequence()));
            }
            return expected > end.sequence() + 1 || !Arrays.equals(before, end.hash())
                    ? Optional.of("events were slipped in behind its end.")
                    : Optional.empty();
        }
    }

    private static String removed(long first, long last) {
        return first == last
                ? "event %d was removed.".formatted(first)
                : "events %d to %d were removed.".formatted(first, last);
    }

    private static String name(UUID chain) {
        return chain.equals(Event.NO_ORGANIZATION) ? "Outside of organizations" : "Organization " + chain;
    }

    private static Event event(ResultSet row) throws SQLException {
        UUID chain = row.getObject("chain", UUID.class);
        return new Event(
                chain.equals(Event.NO_ORGANIZATION) ? null : chain,
                row.getObject("id", UUID.class),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getString("operation"),
                Outcome.valueOf(row.getString("outcome").toUpperCase(Locale.ROOT)),
                row.getString("code"),
                row.getObject("resource_id", UUID.class),
                List.of((String[]) row.getArray("changed_fields").getArray()),
                new Source(
                        row.getObject("user_id", UUID.class),
                        row.getString("user_name"),
                        row.getObject("token_id", UUID.class),
                        row.getString("address"),
                        row.getString("user_agent"),
                        row.getString("request_id")));
    }
}
