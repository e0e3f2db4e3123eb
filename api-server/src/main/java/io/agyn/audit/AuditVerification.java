package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.audit.AuditChain.End;
import io.agyn.audit.Event.Outcome;
import io.agyn.audit.Event.Source;
import io.agyn.keys.KeyId;
import io.agyn.keys.KeyPurpose;
import io.agyn.keys.Keyset;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Verifies the audit log against its chains: detects altered, removed and inserted events. */
public final class AuditVerification {
    private static final String ENDS =
            "select chain, first_sequence, hash_before_first, sequence, hash, key_id, seal from audit_chain order by"
                    + " chain";
    private static final String STRAY = """
        select distinct chain from audit_event e
        where not exists (select from audit_chain c where c.chain = e.chain) order by chain\
        """;
    private static final String EVENTS = "select * from audit_event where chain = ? order by sequence";
    private static final int FETCH_SIZE = 1_000;

    /**
     * The outcome of a verification, with all faults.
     *
     * @param events the number of events by the key of their epoch, in the order of epochs
     * @param faults a sentence for each broken chain
     */
    public record Result(Map<KeyId, Long> events, List<String> faults) {}

    private final Keyset keyset;
    private final AuditChain chains;
    private final Map<KeyId, Long> events = new LinkedHashMap<>();

    /** @param keyset the server's keyset */
    public AuditVerification(Keyset keyset) {
        this.keyset = requireNonNull(keyset, "keyset is null");
        this.chains = new AuditChain(keyset);
    }

    /**
     * Reads the whole log in one snapshot.
     *
     * @param connection a connection; the check starts a transaction and rolls it back
     */
    public Result verify(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setReadOnly(true);
        events.clear();
        keyset.keys(KeyPurpose.AUDIT).forEach(key -> events.put(key, 0L));
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
                            row.getBytes(5),
                            chains.key(row, 6));
                    fault(connection, end, row.getBytes(7))
                            .ifPresent(fault -> faults.add(name(end.chain()) + ": " + fault));
                }
            }
            try (PreparedStatement query = connection.prepareStatement(STRAY);
                    ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    faults.add(name(row.getObject(1, UUID.class)) + ": the end of its chain was removed.");
                }
            }
            return new Result(new LinkedHashMap<>(events), faults);
        } finally {
            connection.rollback();
        }
    }

    private Optional<String> fault(Connection connection, End end, byte[] seal) throws SQLException {
        KeyId primary = keyset.primary(KeyPurpose.AUDIT);
        if (!keyset.keys(KeyPurpose.AUDIT).contains(end.key())) {
            return Optional.of(missing(end.key()));
        }
        if (!Arrays.equals(seal, chains.seal(end))) {
            return Optional.of("the row that records the start and end of its chain was altered.");
        }
        if (!end.key().equals(primary)) {
            return Optional.of(
                    "its end is sealed with key %s, and not with the primary audit key %s: run \"keyset rewrap\". If"
                                    .formatted(end.key(), primary)
                            + " that has run since the key became primary, the end was altered.");
        }
        try (PreparedStatement query = connection.prepareStatement(EVENTS)) {
            query.setFetchSize(FETCH_SIZE);
            query.setObject(1, end.chain());
            byte[] before = end.hashBeforeFirst();
            long expected = end.firstSequence();
            KeyId epoch = keyset.keys(KeyPurpose.AUDIT).getFirst();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    long sequence = row.getLong("sequence");
                    KeyId key = chains.key(row, row.findColumn("key_id"));
                    events.merge(key, 1L, Long::sum);
                    if (sequence > expected) {
                        return Optional.of(removed(expected, sequence - 1));
                    }
                    byte[] hash = row.getBytes("hash");
                    if (!keyset.keys(KeyPurpose.AUDIT).contains(key)) {
                        return Optional.of("from event %d on, %s".formatted(sequence, missing(key)));
                    }
                    boolean isInOrder =
                            keyset.later(KeyPurpose.AUDIT, key, epoch).equals(key);
                    if (sequence < expected
                            || !isInOrder
                            || !Arrays.equals(hash, chains.hash(key, before, event(row), sequence))) {
                        return Optional.of("event %d (%s), in the epoch of key %s, was altered or inserted."
                                .formatted(sequence, row.getObject("id", UUID.class), isInOrder ? key : epoch));
                    }
                    epoch = key;
                    before = hash;
                    expected++;
                }
            }
            if (expected <= end.sequence()) {
                return Optional.of(removed(expected, end.sequence()));
            }
            return expected > end.sequence() + 1 || !Arrays.equals(before, end.hash())
                    ? Optional.of("events were inserted after its end.")
                    : Optional.empty();
        }
    }

    private static String missing(KeyId key) {
        return "it is under key %s, which is not among the audit keys of the keyset: the keyset file is too old, or the"
                        .formatted(key)
                + " chain was altered.";
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
