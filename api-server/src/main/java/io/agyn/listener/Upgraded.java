package io.agyn.listener;

/** A caller's connection after an HTTP upgrade (RFC 9110, section 7.8). All methods are called on its event loop. */
public interface Upgraded {
    /** Whether something is in progress that a shutdown waits for. */
    boolean isBusy();

    /** Closes the connection as soon as it is not busy, because the server stops. */
    void announceClose();
}
