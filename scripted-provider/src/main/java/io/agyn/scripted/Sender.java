package io.agyn.scripted;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;

/** Sends a response piece by piece, no faster than the caller reads, with the script's pauses, stalls and breaks. */
final class Sender {

    /** Yields the event loop after so many pieces, so that an endless response does not block other calls. */
    private static final int PIECES_AT_ONCE = 64;

    private final Vertx vertx;
    private final Output output;
    private final Recording recording;
    private final Script script;
    private final Response scripted;
    private final Iterator<Buffer> pieces;
    private final Stalls stalls;
    private final int resumptionsAtStart;

    private int sent;
    private boolean stalled;
    private boolean stopped;

    Sender(Vertx vertx, Output output, Recording recording, Script script, Response scripted, Stalls stalls) {
        this.vertx = vertx;
        this.output = output;
        this.recording = recording;
        this.script = script;
        this.scripted = scripted;
        this.pieces = scripted.pieces().iterator();
        this.stalls = stalls;
        resumptionsAtStart = stalls.resumptions();
    }

    void send() {
        if (script.stall() == Script.Stall.BEFORE) {
            stall(this::begin);
        } else {
            begin();
        }
    }

    /** Sends nothing any more; the output and the recording stay as they are. */
    void stop() {
        stopped = true;
    }

    /** The number of pieces sent so far. */
    int sent() {
        return sent;
    }

    private void begin() {
        if (isOver()) {
            return;
        }
        recording.responding(scripted.status());
        output.begin(scripted);
        if (script.atOnce() && scripted.pieces() instanceof List<?> && output.takesWhole(scripted)) {
            Buffer body = pieces.hasNext() ? pieces.next() : Buffer.buffer();
            if (pieces.hasNext()) {
                body = body.copy();
                pieces.forEachRemaining(body::appendBuffer);
            }
            recording.sent(body.length());
            end(body);
            return;
        }
        next();
    }

    private void next() {
        for (int i = 0; i < PIECES_AT_ONCE; i++) {
            if (isOver()) {
                return;
            }
            boolean broken = script.breakAfter().isPresent()
                    && (sent == script.breakAfter().getAsInt() || !pieces.hasNext());
            if (broken) {
                recording.ended();
                output.breakOff();
                return;
            }
            if (script.stall() == Script.Stall.WITHIN && !stalled && sent >= scripted.stallAfter()) {
                stalled = true;
                stall(this::next);
                return;
            }
            if (!pieces.hasNext()) {
                end(Buffer.buffer());
                return;
            }
            if (output.isFull()) {
                output.onDrain(this::next);
                return;
            }
            Buffer piece = pieces.next();
            recording.sent(piece.length());
            sent++;
            if (output.endsWithLastPiece()
                    && !pieces.hasNext()
                    && script.breakAfter().isEmpty()) {
                end(piece);
                return;
            }
            output.write(piece);
            if (!script.every().isZero()) {
                after(script.every(), this::next);
                return;
            }
        }
        vertx.runOnContext(ignored -> next());
    }

    private boolean isOver() {
        return stopped || recording.isEnded();
    }

    private void end(Buffer last) {
        // Before the write: once a caller has read the whole response, the recording must be ended.
        recording.ended();
        output.end(last);
    }

    private void stall(Runnable then) {
        Context here = vertx.getOrCreateContext();
        script.stallFor()
                .ifPresentOrElse(
                        time -> after(time, then),
                        () -> stalls.stall(resumptionsAtStart, () -> here.runOnContext(ignored -> then.run())));
    }

    private void after(Duration time, Runnable what) {
        vertx.setTimer(Math.max(1, time.toMillis()), ignored -> what.run());
    }
}
