package io.agyn.access;

import org.jspecify.annotations.Nullable;

/** The User-Agent of a caller, which anybody can choose freely. */
public final class UserAgent {
    private static final int MAX_LENGTH = 256;

    private UserAgent() {}

    /**
     * Returns a User-Agent that can be stored and shown: without control characters, which PostgreSQL may not store,
     * and at most 256 characters.
     *
     * @param sent the header; null if it is missing
     */
    public static @Nullable String printable(@Nullable String sent) {
        if (sent == null) {
            return null;
        }
        String printable = sent.replaceAll("\\p{Cntrl}", "");
        return printable.substring(0, Math.min(printable.length(), MAX_LENGTH));
    }
}
