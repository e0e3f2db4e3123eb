package io.agyn.keys;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The purposes of a keyset's keys. Each purpose has keys of its own, one of them primary, and a rotation of its own. */
public enum KeyPurpose {
    /** Encrypts credentials. */
    ENCRYPTION,
    /** Computes the fingerprints by which equal credentials are recognized. */
    FINGERPRINT,
    /** Computes the hashes that chain audit events, and the seals of the chains. */
    AUDIT;

    /** Reads a purpose as {@link #toString} writes it; nothing for an unknown one. */
    public static Optional<KeyPurpose> parse(String text) {
        return Arrays.stream(values())
                .filter(purpose -> purpose.toString().equals(text))
                .findFirst();
    }

    /** The name in the keyset file and in commands. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
