package io.agyn.access;

import jakarta.enterprise.context.RequestScoped;

/** The caller of the request. It is set before any resource runs. */
@RequestScoped
public class Caller {
    private Identity identity;
    private Runnable check;

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
        check.run();
    }

    /** The identity of the request's API token or session. */
    public Identity identity() {
        return identity;
    }
}
