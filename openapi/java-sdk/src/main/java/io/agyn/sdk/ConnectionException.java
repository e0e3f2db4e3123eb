package io.agyn.sdk;

/**
 * No complete response arrived: the gateway cannot be reached, the connection broke, the call timed out, or the thread
 * was interrupted (its interrupt status stays set). A write may or may not have been applied. The cause is the reason;
 * {@link java.net.http.HttpTimeoutException} is a time-out.
 */
public final class ConnectionException extends AgynException {
    private static final long serialVersionUID = 1L;

    ConnectionException(String message, Throwable cause) {
        super(message, cause);
    }
}
