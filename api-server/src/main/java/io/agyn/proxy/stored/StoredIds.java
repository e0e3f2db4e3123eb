package io.agyn.proxy.stored;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.agyn.keys.KeyPurpose;
import io.agyn.keys.Keyset;
import java.nio.ByteBuffer;

/** The keyed hashes of ids: a reader of the database can neither list nor guess the ids of a vendor account. */
final class StoredIds {
    // Separates these hashes from fingerprints of credentials, which the same key computes.
    private static final byte[] CONTEXT = "stored_object".getBytes(UTF_8);

    private StoredIds() {}

    /** Returns the hash of an id by the primary key, for a new row. */
    static byte[] hash(Keyset keyset, String id) {
        return keyset.fingerprint(input(id));
    }

    /** Returns the hashes of an id by all keys, since rows keep the hash by the key that was primary. */
    static byte[][] hashes(Keyset keyset, String id) {
        byte[] input = input(id);
        return keyset.keys(KeyPurpose.FINGERPRINT).stream()
                .map(key -> keyset.fingerprint(key, input))
                .toArray(byte[][]::new);
    }

    private static byte[] input(String id) {
        byte[] bytes = id.getBytes(UTF_8);
        return ByteBuffer.allocate(2 * Integer.BYTES + CONTEXT.length + bytes.length)
                .putInt(CONTEXT.length)
                .put(CONTEXT)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }
}
