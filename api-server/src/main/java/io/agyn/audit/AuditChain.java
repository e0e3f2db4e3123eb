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
 * The hashes that make a chain of events: each over its event and the hash before it, keyed with an audit key of the keyset,
 * so that write access to the database is not enough to compute one.
 *
 * <p>Each audit key has an epoch: the events from its promotion to the next. An epoch never follows a later one, and the seal
 * of a chain is under the newest key. So a key that leaked after it was replaced forges nothing: the first hash of the next
 * epoch, or the seal, is over the last hash of its own.
 */
final class AuditChain {
    /** What stands before a chain's first event. */
    static final byte[] BEGIN = new byte[Keyset.FINGERPRINT_BYTES];

    private final Keyset keyset;

    AuditChain(Keyset keyset) {
        this.keyset = requireNonNull(keyset, "keyset is null");
    }

    /** The hash of an event. */
    byte[] hash(KeyId key, byte[] before, Event event, long sequence) {
        return keyed(key, "audit event", before, event.bytes(sequence));
    }

    /** The key of the events and seals that are written to a chain now: never an earlier one than the chain has. */
    KeyId keyAfter(End end) {
        if (!keyset.keys(KeyPurpose.AUDIT).contains(end.key())) {
            throw new IllegalStateException("The keyset lacks the audit key " + end.key() + " of the chain "
                    + end.chain() + ": put the newest keyset file there.");
        }
        return keyset.later(KeyPurpose.AUDIT, end.key(), keyset.primary(KeyPurpose.AUDIT));
    }

    /** The key of a row: null in rows of earlier releases, which had only one. */
    KeyId key(ResultSet row, int column) throws SQLException {
        return KeyId.read(row, column).orElseGet(this::first);
    }

    private KeyId first() {
        return keyset.keys(KeyPurpose.AUDIT).getFirst();
    }

    /** The end of a chain without events. */
    End begin(UUID chain) {
        return new End(chain, 1, BEGIN, 0, BEGIN, keyset.primary(KeyPurpose.AUDIT));
    }

    /** The keyed hash over where a chain begins and ends. */
    byte[] seal(End end) {
        byte[] what = Event.joined(List.of(
                end.chain(),
                end.firstSequence(),
                HexFormat.of().formatHex(end.hashBeforeFirst()),
                end.sequence(),
                HexFormat.of().formatHex(end.hash())));
        return keyed(end.key(), "audit chain", BEGIN, what);
    }

    /**
     * Where a chain begins and ends.
     *
     * @param chain the organization, or zeros
     * @param firstSequence the number of the oldest event that is kept
     * @param hashBeforeFirst the hash of the event before that
     * @param sequence the number of the newest event; one less than the first where none is kept
     * @param hash the newest event's hash
     * @param key the key of the seal
     */
    @SuppressWarnings("ArrayRecordComponent")
    record End(UUID chain, long firstSequence, byte[] hashBeforeFirst, long sequence, byte[] hash, KeyId key) {
        End with(KeyId nextKey, byte[] nextHash) {
            return new End(chain, firstSequence, hashBeforeFirst, sequence + 1, nextHash, nextKey);
        }

        End from(long first, byte[] before, KeyId nextKey) {
            return new End(chain, first, before, sequence, hash, nextKey);
        }
    }

    private byte[] keyed(KeyId key, String purpose, byte[] before, byte[] what) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(Event.joined(List.of(purpose)));
        data.writeBytes(before);
        data.writeBytes(what);
        return keyset.auditHash(key, data.toByteArray());
    }
}
