package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

/**
 * A resource as it was read, with the entity tag of that state (RFC 9110, section 8.8.3). The tag, given to an update
 * or a deletion, makes it happen only if the resource is still in this state.
 *
 * @param value the resource
 * @param etag the entity tag, with its quotes
 * @param <T> the type of the resource
 */
public record Versioned<T>(T value, String etag) {
    /** Makes a pair; neither part may be null. */
    public Versioned {
        requireNonNull(value, "value is null");
        requireNonNull(etag, "etag is null");
    }
}
