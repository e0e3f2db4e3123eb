package io.agyn.proxy.exchange;

import io.vertx.core.buffer.Buffer;

/** The provider's end of a request body. Confined to the call's event loop. */
public interface BodySink {
    /** Sends a body that is complete. No other method is called. */
    void send(Buffer whole);

    /**
     * Starts a body that is sent in pieces.
     *
     * @param length its length in bytes, or -1
     */
    void begin(long length);

    void write(Buffer piece);

    /** Ends the body. */
    void end();

    /** Ends the body with a last piece. */
    void end(Buffer last);

    /** Whether the provider reads too slowly to take more. */
    boolean isFull();

    /** Runs the listener once, when the sink is no longer full. */
    void onDrain(Runnable listener);
}
