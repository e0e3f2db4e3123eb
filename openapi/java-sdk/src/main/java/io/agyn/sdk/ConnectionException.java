package io.agyn.sdk;

/**
 * There is no answer: the gateway is not there, the connection broke, time ran out or the thread was interrupted (and
 * still is, by its interrupt status). A write may or may not have happened. The cause tells which it was;
 * {@link java.net.http.HttpTimeoutException} is a time-out.
 */
public final class ConnectionException extends AgynException {
    private static final long serialVersionUID = 1L;

    ConnectionException(String message, Throwable cause) {
        super(message, cause);
    }
}
