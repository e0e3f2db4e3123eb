package io.agyn.secrets.remote;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The value of a remote secret, as it was read.
 *
 * @param value a valid header value
 * @param version the version in KV v2; null in KV v1, which has none
 * @param readAt when the read started
 */
public record RemoteValue(String value, @Nullable Long version, Instant readAt) {

    public RemoteValue {
        requireNonNull(value, "value is null");
        requireNonNull(readAt, "readAt is null");
    }

    /** Leaves out the value. */
    @Override
    public String toString() {
        return "a value read at " + readAt;
    }
}
