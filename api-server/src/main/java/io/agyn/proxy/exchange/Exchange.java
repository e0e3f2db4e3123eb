package io.agyn.proxy.exchange;

import io.agyn.access.CredentialUse;
import io.agyn.access.SourceAddress;
import io.agyn.proxy.dialect.Dialect;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.routing.HashedToken;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The caller's side of a model call: a request and its response. The caller is an agent that speaks HTTP
 * ({@link HttpExchange}), or this server ({@link InProcessExchange}). All methods are called on the call's event
 * loop.
 */
public interface Exchange {
    /** Returns the caller's address; empty if this server is the caller. */
    Optional<String> source(SourceAddress addresses);

    /** The caller, as recorded with its API token. */
    default CredentialUse use(SourceAddress addresses) {
        return new CredentialUse(source(addresses).orElse("unknown"), headers().get(HttpHeaders.USER_AGENT));
    }

    /** The scheme and authority that the caller used, as in {@code https://agyn.example.com}; empty without any. */
    default Optional<String> origin(SourceAddress addresses) {
        return Optional.empty();
    }

    MultiMap headers();

    /** Reads the token in the headers; an exchange of the server itself has none, and is not asked. */
    default CallerToken token() {
        return CallerToken.of(headers(), HashedToken::of);
    }

    /** The token identifies a caller. */
    default void onIdentified(HashedToken token) {
        // Most exchanges have a single call.
    }

    /** The query of the request without its question mark. */
    @Nullable
    String query();

    /** The length of the body in bytes, or -1. */
    default long bodyLength() {
        return RequestHead.contentLength(headers());
    }

    /** Whether closing the connection ends a body of unknown length, as in HTTP/1.0. */
    boolean endsByClosing();

    /** Asks the caller to send the body (RFC 9110, section 10.1.1). */
    void writeContinue();

    /**
     * Starts reading the body.
     *
     * @param pieces receives each piece of the body
     * @param end runs after the last piece
     */
    void read(Consumer<Buffer> pieces, Runnable end);

    /** Stops reading until {@link #resume}. */
    void pause();

    void resume();

    /** Reads and discards the rest of an unneeded body, so that the caller reads the response. */
    void discardBody();

    /** Sets the listener for the caller's disconnect. It may also run after the response has ended. */
    void onDisconnect(Runnable listener);

    int status();

    void setStatus(int status);

    /** The headers of the response, to be set before its head is written. */
    MultiMap responseHeaders();

    /** Declares a body of unknown length. */
    void setChunked();

    /** Sends the head before any of the body. */
    void writeHead();

    boolean isHeadWritten();

    void write(Buffer piece);

    /** Whether the caller reads too slowly to take more. */
    boolean isWriteQueueFull();

    /** Runs the listener once, when the write queue has drained. */
    void onDrain(Runnable listener);

    void end();

    /** Ends the response with a last piece. */
    void end(Buffer piece);

    boolean isEnded();

    /** Responds with an error of the proxy; only before the head is written. */
    void reject(Dialect dialect, ProxyError error, String requestId);

    /**
     * Aborts the response so that it does not look complete: resets the stream, or closes the connection.
     *
     * @param code the error code of HTTP/2 (RFC 9113, section 7)
     */
    void abort(long code);

    /** The call has ended, and was recorded. An error of the proxy may still follow. */
    default void onCallEnd() {
        // Most exchanges end with the response.
    }
}
