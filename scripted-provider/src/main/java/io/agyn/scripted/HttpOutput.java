package io.agyn.scripted;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;

/** The response to an HTTP request. */
final class HttpOutput implements Output {

    /** The HTTP/2 error code INTERNAL_ERROR. */
    private static final long INTERNAL_ERROR = 2;

    private final HttpServerRequest request;
    private final HttpServerResponse response;

    HttpOutput(HttpServerRequest request) {
        this.request = request;
        response = request.response();
    }

    @Override
    public void begin(Response scripted) {
        response.setStatusCode(scripted.status());
        scripted.headers().forEach(header -> response.putHeader(header.name(), header.value()));
        if (!response.headers().contains("content-length") && request.version() == HttpVersion.HTTP_1_1) {
            response.setChunked(true);
        }
    }

    @Override
    public boolean takesWhole(Response scripted) {
        return response.headers().contains("content-length");
    }

    @Override
    public boolean endsWithLastPiece() {
        return false;
    }

    @Override
    public boolean isFull() {
        return response.writeQueueFull();
    }

    @Override
    public void onDrain(Runnable then) {
        response.drainHandler(drained -> {
            response.drainHandler(null);
            then.run();
        });
    }

    @Override
    public void write(Buffer piece) {
        response.write(piece);
    }

    @Override
    public void end(Buffer last) {
        response.end(last);
    }

    /** The empty write sends the head if nothing else has. */
    @Override
    public void breakOff() {
        response.write(Buffer.buffer()).onComplete(written -> {
            if (request.version() == HttpVersion.HTTP_2) {
                response.reset(INTERNAL_ERROR);
            } else {
                request.connection().close();
            }
        });
    }
}
