package io.agyn.rest;

import static java.util.Objects.requireNonNull;

import jakarta.enterprise.context.RequestScoped;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Hands the diff of a write from {@link ResourceResponses} to the interceptors around the resource. */
@RequestScoped
public class ChangeRecorder {
    private @Nullable ResourceDiff diff;
    private boolean isRepeated;

    void record(ResourceDiff recorded) {
        diff = requireNonNull(recorded, "recorded is null");
    }

    /** The diff of the operation's write, if it has written. */
    public Optional<ResourceDiff> diff() {
        return Optional.ofNullable(diff);
    }

    /** Begins another operation within one request. */
    public void begin() {
        diff = null;
        isRepeated = false;
    }

    /** Notes that the operation returns the first response to a repeated request, and writes nothing. */
    public void repeat() {
        isRepeated = true;
    }

    public boolean isRepeated() {
        return isRepeated;
    }
}
