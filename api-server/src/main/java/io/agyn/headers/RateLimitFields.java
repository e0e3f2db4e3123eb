package io.agyn.headers;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The values of {@code RateLimit-Policy} and {@code RateLimit} for a rejected request
 * (draft-ietf-httpapi-ratelimit-headers-10): quota q in a window of w seconds, remaining r, reset in t seconds.
 */
public final class RateLimitFields {
    private RateLimitFields() {}

    /**
     * Returns the value of {@code RateLimit-Policy}.
     *
     * @param name the policy's name, in ASCII
     * @param window null for a quota without a window
     */
    public static String policy(String name, long quota, @Nullable Duration window) {
        return quoted(name) + ";q=" + quota + (window == null ? "" : ";w=" + window.toSeconds());
    }

    /**
     * Returns the value of {@code RateLimit} without anything left.
     *
     * @param name the policy's name, in ASCII
     * @param seconds until the reset; null if none helps the request
     */
    public static String exhausted(String name, @Nullable Long seconds) {
        return quoted(name) + ";r=0" + (seconds == null ? "" : ";t=" + seconds);
    }

    /** A string of structured fields (RFC 9651, section 3.3.3). */
    private static String quoted(String name) {
        return '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
