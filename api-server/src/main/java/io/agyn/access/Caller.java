package io.agyn.access;

import static java.util.Objects.requireNonNull;

import jakarta.enterprise.context.RequestScoped;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The caller of the request. It is set before any resource runs. */
@RequestScoped
public class Caller {
    private @Nullable Identity identity;
    private @Nullable Runnable check;

    public void set(Identity identity) {
        this.identity = identity;
    }

    /** Authorizes the request, and keeps the check for {@link #reauthorize}. */
    public void authorize(Runnable check) {
        this.check = check;
        check.run();
    }

    /** Authorizes the request again. */
    void reauthorize() {
        requireNonNull(check, "the request is not authorized").run();
    }

    /** The identity of the request's API token or session. */
    public Identity identity() {
        return requireNonNull(identity, "the request is not authenticated");
    }

    /** The identity; empty if the request is not authenticated. */
    public Optional<Identity> authenticated() {
        return Optional.ofNullable(identity);
    }
}
