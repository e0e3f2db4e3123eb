package io.agyn.access;

import jakarta.enterprise.context.RequestScoped;

/** Who makes the request. {@link AccessFilter} sets it before any resource runs. */
@RequestScoped
public class Caller {
    private Identity identity;

    void set(Identity identity) {
        this.identity = identity;
    }

    /** The identity that the request's API token stands for. */
    public Identity identity() {
        return identity;
    }
}
