package io.agyn.keys;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;

/** Keyed hashes of credentials at their places, in hex. */
final class Fingerprints {
    private Fingerprints() {}

    /** The fingerprint under a key of the keyset. */
    static String compute(KeyId key, Keyset keyset, byte[] credential, byte[] place) {
        byte[] data = ByteBuffer.allocate(Integer.BYTES + place.length + credential.length)
                .putInt(place.length)
                .put(place)
                .put(credential)
                .array();
        return HexFormat.of().formatHex(keyset.fingerprint(key, data));
    }

    /** The key under which a fingerprint is one of a credential; nothing where it is of another, or under another key. */
    static Optional<KeyId> keyOf(String fingerprint, Keyset keyset, byte[] credential, byte[] place) {
        return keyset.keys(KeyPurpose.FINGERPRINT).stream()
                .filter(key -> compute(key, keyset, credential, place).equals(fingerprint))
                .findFirst();
    }
}
