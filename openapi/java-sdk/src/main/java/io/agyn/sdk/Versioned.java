package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

/**
 * A resource and the entity tag of its state (RFC 9110, section 8.8.3). An update or deletion with this tag succeeds
 * only if the resource has not changed since.
 *
 * @param value the resource
 * @param etag the entity tag, with its quotes
 * @param <T> the type of the resource
 */
public record Versioned<T>(T value, String etag) {
    public Versioned {
        requireNonNull(value, "value is null");
        requireNonNull(etag, "etag is null");
    }
}
