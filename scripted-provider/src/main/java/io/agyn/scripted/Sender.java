package io.agyn.scripted;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;

/** Sends a response piece by piece, no faster than the caller reads, with the script's pauses, stalls and breaks. */
final class Sender {

    /** The HTTP/2 error code INTERNAL_ERROR. */
    private static final long INTERNAL_ERROR = 2;

    /** Yields the event loop after so many pieces, so that an endless response does not block other calls. */
    private static final int PIECES_AT_ONCE = 64;

    private final Vertx vertx;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Recording recording;
    private final Script script;
    private final Response scripted;
    private final Iterator<Buffer> pieces;
    private final Stalls stalls;
    private final int resumptionsAtStart;

    private int sent;
    private boolean stalled;

    Sender(
            Vertx vertx,
            HttpServerRequest request,
            Recording recording,
            Script script,
            Response scripted,
            Stalls stalls) {
        this.vertx = vertx;
        this.request = request;
        this.response = request.response();
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

    private void begin() {
        if (recording.isEnded()) {
            return;
        }
        recording.responding(scripted.status());
        response.setStatusCode(scripted.status());
        scripted.headers().forEach(header -> response.putHeader(header.name(), header.value()));
        if (script.atOnce()
                && scripted.pieces() instanceof List<?>
                && response.headers().contains("content-length")) {
            Buffer body = pieces.hasNext() ? pieces.next() : Buffer.buffer();
            if (pieces.hasNext()) {
                body = body.copy();
                pieces.forEachRemaining(body::appendBuffer);
            }
            recording.sent(body.length());
            end(body);
            return;
        }
        if (!response.headers().contains("content-length") && request.version() == HttpVersion.HTTP_1_1) {
            response.setChunked(true);
        }
        next();
    }

    private void next() {
        for (int i = 0; i < PIECES_AT_ONCE; i++) {
            if (recording.isEnded()) {
                return;
            }
            boolean broken = script.breakAfter().isPresent()
                    && (sent == script.breakAfter().getAsInt() || !pieces.hasNext());
            if (broken) {
                breakOff();
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
            if (response.writeQueueFull()) {
                response.drainHandler(drained -> {
                    response.drainHandler(null);
                    next();
                });
                return;
            }
            Buffer piece = pieces.next();
            response.write(piece);
            recording.sent(piece.length());
            sent++;
            if (!script.every().isZero()) {
                after(script.every(), this::next);
                return;
            }
        }
        vertx.runOnContext(ignored -> next());
    }

    private void end(Buffer last) {
        // Before the write: once a caller has read the whole response, the recording must be ended.
        recording.ended();
        response.end(last);
    }

    /** Closes after all writes have been sent. The empty write sends the head if nothing else has. */
    private void breakOff() {
        recording.ended();
        response.write(Buffer.buffer()).onComplete(written -> {
            if (request.version() == HttpVersion.HTTP_2) {
                response.reset(INTERNAL_ERROR);
            } else {
                request.connection().close();
            }
        });
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
