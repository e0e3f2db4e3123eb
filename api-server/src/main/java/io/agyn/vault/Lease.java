package io.agyn.vault;

import java.time.Duration;

/**
 * A token to use.
 *
 * @param ttl how long the token is used from {@code since}; zero if it never expires
 * @param isRenewable whether the server extends it
 * @param isVerified whether the server confirmed the token
 * @param since the time when the server was asked, as {@link System#nanoTime()}
 */
record Lease(String token, Duration ttl, boolean isRenewable, boolean isVerified, long since) {
    // The token's own time is unknown. It is looked up again after this time, since the server may allow that then.
    private static final Duration UNVERIFIED = Duration.ofMinutes(5);

    /** A token that the server neither confirmed nor rejected, since no policy may allow the token to look itself up. */
    static Lease unverified(String token) {
        return new Lease(token, UNVERIFIED, false, false, System.nanoTime());
    }

    boolean expires() {
        return !ttl.isZero();
    }

    boolean isExpired() {
        return expires() && !remaining().isPositive();
    }

    boolean isShorterThan(Lease other) {
        return expires() && ttl.compareTo(other.ttl) < 0;
    }

    boolean isOlderThan(Duration age) {
        return age().compareTo(age) >= 0;
    }

    Duration remaining() {
        return ttl.minus(age());
    }

    private Duration age() {
        return Duration.ofNanos(System.nanoTime() - since);
    }

    /** Leaves out the token. */
    @Override
    public String toString() {
        return "a token for " + ttl.toSeconds() + " s";
    }
}
