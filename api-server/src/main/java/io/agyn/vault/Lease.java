package io.agyn.vault;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;

/**
 * A valid token.
 *
 * @param ttl how long the token was valid at {@code since}; zero if it never expires
 * @param isRenewable whether the server extends it
 * @param since the time when the server was asked, as {@link System#nanoTime()}
 */
record Lease(String token, Duration ttl, boolean isRenewable, long since) {
    /** @param auth the {@code auth} of a response to a login or a renewal */
    static Lease of(JsonNode auth, long since) {
        return new Lease(
                auth.path("client_token").asText(),
                Duration.ofSeconds(auth.path("lease_duration").asLong()),
                auth.path("renewable").asBoolean(),
                since);
    }

    boolean expires() {
        return !ttl.isZero();
    }

    boolean isExpired() {
        return expires() && age().compareTo(ttl) >= 0;
    }

    Duration age() {
        return Duration.ofNanos(System.nanoTime() - since);
    }

    /** Leaves out the token. */
    @Override
    public String toString() {
        return "a token for " + ttl.toSeconds() + " s";
    }
}
