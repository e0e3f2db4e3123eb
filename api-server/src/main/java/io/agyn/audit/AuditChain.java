package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.keys.KeyId;
import io.agyn.keys.KeyPurpose;
import io.agyn.keys.Keyset;
import java.io.ByteArrayOutputStream;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * Computes the hashes that chain events: each covers its event and the previous hash, keyed with an audit key of the
 * keyset, so that write access to the database is not enough to forge one.
 *
 * <p>Each audit key has an epoch: the events from its promotion to the next. Epochs never go back to an earlier key,
 * and the seal of a chain uses the newest key. A key that leaks after it was replaced therefore forges nothing: the
 * first hash of the next epoch, or the seal, covers the last hash of its epoch.
 */
final class AuditChain {
    /** The hash before a chain's first event. */
    static final byte[] START = new byte[Keyset.FINGERPRINT_BYTES];

    private final Keyset keyset;

    AuditChain(Keyset keyset) {
        this.keyset = requireNonNull(keyset, "keyset is null");
    }

    byte[] hash(KeyId key, byte[] previous, Event event, long sequence) {
        return keyed(key, "audit event", previous, event.bytes(sequence));
    }

    /** Returns the key for new events and seals of a chain: never an earlier one than the chain has. */
    KeyId keyAfter(End end) {
        if (!keyset.keys(KeyPurpose.AUDIT).contains(end.key())) {
            throw new IllegalStateException("The keyset lacks the audit key " + end.key() + " of the chain "
                    + end.chain() + ": restore the newest keyset file.");
        }
        return keyset.later(KeyPurpose.AUDIT, end.key(), keyset.primary(KeyPurpose.AUDIT));
    }

    /** Returns the key of a row: null in rows of earlier releases, which had only one key. */
    KeyId key(ResultSet row, int column) throws SQLException {
        return KeyId.read(row, column).orElseGet(this::first);
    }

    private KeyId first() {
        return keyset.keys(KeyPurpose.AUDIT).getFirst();
    }

    /** The end of a chain without events. */
    End begin(UUID chain) {
        return new End(chain, 1, START, 0, START, keyset.primary(KeyPurpose.AUDIT));
    }

    /** Returns the keyed hash over a chain's start and end. */
    byte[] seal(End end) {
        byte[] content = Event.joined(List.of(
                end.chain(),
                end.firstSequence(),
                HexFormat.of().formatHex(end.hashBeforeFirst()),
                end.sequence(),
                HexFormat.of().formatHex(end.hash())));
        return keyed(end.key(), "audit chain", START, content);
    }

    /**
     * The start and end of a chain.
     *
     * @param chain the organization, or zeros
     * @param firstSequence the number of the oldest retained event
     * @param hashBeforeFirst the hash of the event before it
     * @param sequence the number of the newest event; one less than the first if none is retained
     * @param hash the newest event's hash
     * @param key the key of the seal
     */
    @SuppressWarnings("ArrayRecordComponent")
    record End(UUID chain, long firstSequence, byte[] hashBeforeFirst, long sequence, byte[] hash, KeyId key) {
        End with(KeyId nextKey, byte[] nextHash) {
            return new End(chain, firstSequence, hashBeforeFirst, sequence + 1, nextHash, nextKey);
        }

        End from(long first, byte[] previous, KeyId nextKey) {
            return new End(chain, first, previous, sequence, hash, nextKey);
        }
    }

    private byte[] keyed(KeyId key, String purpose, byte[] previous, byte[] content) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(Event.joined(List.of(purpose)));
        data.writeBytes(previous);
        data.writeBytes(content);
        return keyset.auditHash(key, data.toByteArray());
    }
}
