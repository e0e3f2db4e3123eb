package io.agyn.proxy;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The caller's side of a call of a model: a request and the response to it. The caller is an agent that speaks HTTP
 * ({@link HttpExchange}), or this server itself ({@link InProcessExchange}). All methods are called on the call's event loop.
 */
interface Exchange {
    /** The HTTP request; empty where this server itself calls. */
    Optional<HttpServerRequest> http();

    /** The headers of the request. */
    MultiMap headers();

    /** The query of the request without its question mark; null where there is no query. */
    String query();

    /** Whether a body of unknown length ends with the connection, as in HTTP/1.0. */
    boolean endsByClosing();

    /** Asks the caller for the body that it holds back (RFC 9110, section 10.1.1). */
    void writeContinue();

    /**
     * Begins to read the body.
     *
     * @param pieces receives the body as it comes
     * @param end runs after the last piece
     */
    void read(Consumer<Buffer> pieces, Runnable end);

    /** Reads no more of the body until {@link #resume}. */
    void pause();

    void resume();

    /** Takes the rest of a body that is not needed, so that the caller reads the response. */
    void discardBody();

    /** Runs where the caller has left; also after the response has ended. */
    void onGone(Runnable listener);

    int status();

    void setStatus(int status);

    /** The headers of the response, before its head is written. */
    MultiMap responseHeaders();

    /** Announces a body of unknown length. */
    void setChunked();

    /** Sends the head before any of the body. */
    void writeHead();

    boolean isHeadWritten();

    void write(Buffer piece);

    /** Whether the caller has not taken enough of what was written. */
    boolean isWriteQueueFull();

    /** Runs once when the caller has taken enough. */
    void onDrain(Runnable listener);

    /** Ends the response. */
    void end();

    /** Ends the response with a last piece. */
    void end(Buffer piece);

    boolean isEnded();

    /**
     * Ends the response so that it does not look whole: by a stream's reset, or by the end of the connection before its time.
     *
     * @param code the error code of HTTP/2 (RFC 9113, section 7)
     */
    void breakOff(long code);
}
