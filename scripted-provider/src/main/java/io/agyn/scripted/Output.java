package io.agyn.scripted;

import io.vertx.core.buffer.Buffer;

/** Where a {@link Sender} sends a response. */
interface Output {

    /** Sends the head, if there is one; called before any piece. */
    void begin(Response response);

    /** Whether the whole response may be sent by {@link #end}, without pieces. */
    boolean takesWhole(Response response);

    /** Whether {@link #end} sends the last piece, instead of an end marker after it. */
    boolean endsWithLastPiece();

    boolean isFull();

    /** Runs the action once when the output is no longer full. */
    void onDrain(Runnable then);

    void write(Buffer piece);

    /** Ends the response; the last buffer may be empty. */
    void end(Buffer last);

    /** Breaks the connection off after all writes. */
    void breakOff();
}
