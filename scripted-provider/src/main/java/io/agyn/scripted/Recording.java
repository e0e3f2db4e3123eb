package io.agyn.scripted;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The recording of one call. An event loop writes it; tests read it from other threads. */
final class Recording {

    private final String method;
    private final String target;
    private final String version;
    private final List<Header> headers;
    private final Instant begunAt = Instant.now();
    private final Buffer body = Buffer.buffer();

    private Optional<Instant> firstBodyByteAt = Optional.empty();
    private Optional<Instant> bodyEndedAt = Optional.empty();
    private Optional<Instant> endedAt = Optional.empty();
    private int status;
    private long responseBytes;
    private boolean callerLeft;

    Recording(String method, String target, String version, List<Header> headers) {
        this.method = method;
        this.target = target;
        this.version = version;
        this.headers = headers;
    }

    synchronized void received(Buffer chunk) {
        if (firstBodyByteAt.isEmpty()) {
            firstBodyByteAt = Optional.of(Instant.now());
        }
        body.appendBuffer(chunk);
    }

    synchronized void bodyEnded() {
        bodyEndedAt = Optional.of(Instant.now());
    }

    synchronized void responding(int status) {
        this.status = status;
    }

    synchronized void sent(int bytes) {
        responseBytes += bytes;
    }

    synchronized void ended() {
        endedAt = Optional.of(Instant.now());
    }

    /** Ignored after the end of the response, since every connection closes eventually. */
    synchronized void callerLeft() {
        if (endedAt.isEmpty()) {
            callerLeft = true;
            ended();
        }
    }

    synchronized boolean isEnded() {
        return endedAt.isPresent();
    }

    synchronized byte[] body() {
        return body.getBytes();
    }

    synchronized ReceivedCall snapshot() {
        return new ReceivedCall(
                method,
                target,
                version,
                headers,
                body.getBytes(),
                bodyEndedAt.isPresent(),
                status,
                responseBytes,
                callerLeft,
                begunAt,
                firstBodyByteAt,
                bodyEndedAt,
                endedAt);
    }
}
