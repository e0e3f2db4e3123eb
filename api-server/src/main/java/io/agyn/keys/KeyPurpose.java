package io.agyn.keys;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The purposes of keys. Each has separate keys with one primary key, and is rotated separately. */
public enum KeyPurpose {
    ENCRYPTION,
    /** Computes the fingerprints that identify equal credentials. */
    FINGERPRINT,
    /** Computes the hashes that chain audit events, and the seals of the chains. */
    AUDIT;

    /** Parses the format of {@link #toString}; empty for an unknown purpose. */
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
