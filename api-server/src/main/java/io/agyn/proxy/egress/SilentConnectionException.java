package io.agyn.proxy.egress;

/** An HTTP/2 connection was closed because its peer did not respond to a PING. */
public final class SilentConnectionException extends RuntimeException {
    SilentConnectionException() {
        super("no response to a PING", null, false, false);
    }
}
