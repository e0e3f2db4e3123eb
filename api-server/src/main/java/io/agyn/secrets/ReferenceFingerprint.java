package io.agyn.secrets;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;

/** A hash of a remote secret's reference. It has no key, since references are not confidential. */
final class ReferenceFingerprint {
    private static final int BYTES = 16;

    private ReferenceFingerprint() {}

    static String of(UUID providerId, String path, String key) {
        try {
            // None of them contains a line break.
            byte[] reference =
                    String.join("\n", providerId.toString(), path, key).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(reference), 0, BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
