package io.agyn.secrets;

import io.agyn.hash.Sha256;
import java.util.HexFormat;
import java.util.UUID;

/** A hash of a remote secret's reference. It has no key, since references are not confidential. */
final class ReferenceFingerprint {
    private static final int BYTES = 16;

    private ReferenceFingerprint() {}

    static String of(UUID providerId, String path, String key) {
        // None of them contains a line break.
        return HexFormat.of().formatHex(Sha256.of(String.join("\n", providerId.toString(), path, key)), 0, BYTES);
    }
}
