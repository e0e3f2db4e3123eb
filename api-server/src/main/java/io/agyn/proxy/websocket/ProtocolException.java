package io.agyn.proxy.websocket;

/** A peer violated the protocol; the connection closes with a code. */
final class ProtocolException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int code;

    ProtocolException(int code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    int code() {
        return code;
    }
}
