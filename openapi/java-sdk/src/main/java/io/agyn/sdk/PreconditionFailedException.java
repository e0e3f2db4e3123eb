package io.agyn.sdk;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The resource has changed since the given entity tag (412). */
public final class PreconditionFailedException extends ProblemException {
    private static final long serialVersionUID = 1L;

    private final @Nullable String etag;

    PreconditionFailedException(Response response, @Nullable String etag) {
        super(response);
        this.etag = etag;
    }

    /**
     * Returns the entity tag of the current state.
     *
     * @return the tag, with its quotes; empty if the response lacks it
     */
    public Optional<String> etag() {
        return Optional.ofNullable(etag);
    }
}
