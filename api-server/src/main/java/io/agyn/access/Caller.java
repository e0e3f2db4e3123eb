package io.agyn.access;

import jakarta.enterprise.context.RequestScoped;

/** Who makes the request. It is set before any resource runs. */
@RequestScoped
public class Caller {
    private Identity identity;
    private Runnable admission;

    /** Sets who it is. */
    public void set(Identity identity) {
        this.identity = identity;
    }

    /** Admits the request, and keeps how. */
    public void admit(Runnable how) {
        admission = how;
        how.run();
    }

    /** Admits the request once more. */
    void admitAgain() {
        admission.run();
    }

    /** The identity that the request's API token, or its session, stands for. */
    public Identity identity() {
        return identity;
    }
}
