package io.agyn.proxy.routing;

import java.util.Arrays;

/** The SHA-256 of an API token, so that caches do not hold the token itself. */
record TokenHash(byte[] bytes) {
    @Override
    public boolean equals(Object other) {
        return other instanceof TokenHash that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        // Any four bytes of the hash are as good as all.
        return bytes[0] << 24 | (bytes[1] & 0xFF) << 16 | (bytes[2] & 0xFF) << 8 | bytes[3] & 0xFF;
    }
}
