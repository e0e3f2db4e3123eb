package io.agyn.keys.credentials;

import io.agyn.keys.KeyId;
import io.agyn.keys.KeyPurpose;
import io.agyn.keys.Keyset;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;

/** Computes keyed hashes of credentials in their contexts, in hex. */
public final class Fingerprints {
    private Fingerprints() {}

    /** Computes the fingerprint under a key of the keyset. */
    public static String compute(KeyId key, Keyset keyset, byte[] credential, byte[] context) {
        byte[] data = ByteBuffer.allocate(Integer.BYTES + context.length + credential.length)
                .putInt(context.length)
                .put(context)
                .put(credential)
                .array();
        return HexFormat.of().formatHex(keyset.fingerprint(key, data));
    }

    /** Returns the key of a fingerprint that matches a credential; empty without a match. */
    static Optional<KeyId> keyOf(String fingerprint, Keyset keyset, byte[] credential, byte[] context) {
        return keyset.keys(KeyPurpose.FINGERPRINT).stream()
                .filter(key -> compute(key, keyset, credential, context).equals(fingerprint))
                .findFirst();
    }
}
