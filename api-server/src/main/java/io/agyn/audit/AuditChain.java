package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.keys.Keyset;
import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * The hashes that make a chain of events: each over its event and the hash before it, keyed with the keyset, so that
 * whoever can write the database but has no keyset cannot make one.
 */
final class AuditChain {
    /** What stands before a chain's first event. */
    static final byte[] BEGIN = new byte[Keyset.FINGERPRINT_BYTES];

    private final Keyset keyset;

    AuditChain(Keyset keyset) {
        this.keyset = requireNonNull(keyset, "keyset is null");
    }

    /** The hash of an event. */
    byte[] hash(byte[] before, Event event, long sequence) {
        return keyed("audit event", before, event.bytes(sequence));
    }

    /** The keyed hash over where a chain begins and ends. */
    byte[] seal(End end) {
        byte[] what = Event.joined(List.of(
                end.chain(),
                end.firstSequence(),
                HexFormat.of().formatHex(end.hashBeforeFirst()),
                end.sequence(),
                HexFormat.of().formatHex(end.hash())));
        return keyed("audit chain", BEGIN, what);
    }

    /**
     * Where a chain begins and ends.
     *
     * @param chain the organization, or zeros
     * @param firstSequence the number of the oldest event that is kept
     * @param hashBeforeFirst the hash of the event before that
     * @param sequence the number of the newest event; one less than the first where none is kept
     * @param hash the newest event's hash
     */
    @SuppressWarnings("ArrayRecordComponent")
    record End(UUID chain, long firstSequence, byte[] hashBeforeFirst, long sequence, byte[] hash) {
        static End ofNew(UUID chain) {
            return new End(chain, 1, BEGIN, 0, BEGIN);
        }

        End with(byte[] nextHash) {
            return new End(chain, firstSequence, hashBeforeFirst, sequence + 1, nextHash);
        }

        End from(long first, byte[] before) {
            return new End(chain, first, before, sequence, hash);
        }
    }

    private byte[] keyed(String purpose, byte[] before, byte[] what) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(Event.joined(List.of(purpose)));
        data.writeBytes(before);
        data.writeBytes(what);
        return keyset.fingerprint(data.toByteArray());
    }
}
