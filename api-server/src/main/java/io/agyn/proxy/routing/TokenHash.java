package io.agyn.proxy.routing;

import java.util.Arrays;

/** The SHA-256 of an API token's plaintext, so that no cache holds what a caller sends. */
record TokenHash(byte[] bytes) {
    @Override
    public boolean equals(Object other) {
        return other instanceof TokenHash that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        // Any four bytes of a hash are as good as all.
        return bytes[0] << 24 | (bytes[1] & 0xFF) << 16 | (bytes[2] & 0xFF) << 8 | bytes[3] & 0xFF;
    }
}
