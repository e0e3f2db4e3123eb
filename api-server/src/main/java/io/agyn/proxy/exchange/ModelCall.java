package io.agyn.proxy.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * A call of a model that this server itself has begun ({@code ModelCalls}), without HTTP between it and its LLM Proxy. One
 * thread reads the response, and may block.
 */
public interface ModelCall extends AutoCloseable {
    /**
     * Waits for the response's status.
     *
     * @param nanoseconds the longest wait
     * @throws IOException where the call is broken off before, or takes longer
     */
    int awaitStatus(long nanoseconds) throws IOException;

    /** A header of the response, after its status. */
    Optional<String> header(String name);

    /**
     * The response's body, whose reads block.
     *
     * @param deadline the time until which to read, by {@link System#nanoTime()}
     */
    InputStream body(long deadline);

    /** Cancels the call, unless it has ended. Any thread may do so. */
    @Override
    void close();
}
