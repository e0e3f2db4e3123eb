package io.agyn.sdk;

/**
 * A call without a response: the gateway is unreachable, the connection broke, the call timed out or the thread was
 * interrupted (its interrupt status is set). A write may or may not have happened. The cause has the details;
 * {@link java.net.http.HttpTimeoutException} is a time-out.
 */
public final class ConnectionException extends AgynException {
    private static final long serialVersionUID = 1L;

    ConnectionException(String message, Throwable cause) {
        super(message, cause);
    }
}
