package io.agyn.proxy.exchange;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SourceAddress;
import io.agyn.pipeline.BodyDrainer;
import io.agyn.proxy.dialect.Dialect;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.routing.HashedToken;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.util.AttributeKey;
import io.vertx.core.AsyncResult;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A call over HTTP. */
public final class HttpExchange implements Exchange {
    private static final AttributeKey<HashedToken> LAST_TOKEN = AttributeKey.valueOf(HttpExchange.class, "token");

    // Bounds the memory for the tokens of many connections.
    private static final int MAX_KEPT_TOKEN = 4 << 10;

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final @Nullable Handler<AsyncResult<Void>> listener;

    public HttpExchange(HttpServerRequest request) {
        this.request = requireNonNull(request, "request is null");
        this.response = request.response();
        this.listener = HttpBodySink.listener(request.version());
    }

    @Override
    public Optional<String> source(SourceAddress addresses) {
        return Optional.of(addresses.of(request));
    }

    @Override
    public Optional<String> origin(SourceAddress addresses) {
        String scheme = addresses.isTls(request) ? "https://" : "http://";
        return Optional.ofNullable(request.authority()).map(authority -> scheme + authority);
    }

    @Override
    public MultiMap headers() {
        return request.headers();
    }

    @Override
    public CallerToken token() {
        return CallerToken.of(headers(), this::hashed);
    }

    private HashedToken hashed(String token) {
        HashedToken last = request.connection() instanceof ConnectionBase connection
                ? connection.channel().attr(LAST_TOKEN).get()
                : null;
        return last != null && last.reveal().equals(token) ? last : HashedToken.of(token);
    }

    /** Most connections send the same token again and again: its hash is kept until the connection ends. */
    @Override
    public void onIdentified(HashedToken token) {
        if (token.reveal().length() <= MAX_KEPT_TOKEN && request.connection() instanceof ConnectionBase connection) {
            connection.channel().attr(LAST_TOKEN).set(token);
        }
    }

    @Override
    public @Nullable String query() {
        return request.query();
    }

    @Override
    public boolean endsByClosing() {
        return request.version() == HttpVersion.HTTP_1_0;
    }

    @Override
    public void writeContinue() {
        response.writeContinue();
    }

    @Override
    public void read(Consumer<Buffer> pieces, Runnable end) {
        request.handler(pieces::accept);
        request.endHandler(nothing -> end.run());
        request.resume();
    }

    @Override
    public void pause() {
        request.pause();
    }

    @Override
    public void resume() {
        request.resume();
    }

    @Override
    public void discardBody() {
        BodyDrainer.discard(request);
    }

    @Override
    public void onDisconnect(Runnable listener) {
        response.exceptionHandler(disconnected -> listener.run());
        response.closeHandler(disconnected -> listener.run());
        request.exceptionHandler(disconnected -> listener.run());
    }

    @Override
    public int status() {
        return response.getStatusCode();
    }

    @Override
    public void setStatus(int status) {
        response.setStatusCode(status);
    }

    @Override
    public MultiMap responseHeaders() {
        return response.headers();
    }

    @Override
    public void setChunked() {
        response.setChunked(true);
    }

    @Override
    public void writeHead() {
        if (endsByClosing()) {
            response.write(Buffer.buffer());
        } else {
            response.writeHead();
        }
    }

    @Override
    public boolean isHeadWritten() {
        return response.headWritten();
    }

    @Override
    public void write(Buffer piece) {
        response.write(piece, listener);
    }

    @Override
    public boolean isWriteQueueFull() {
        return response.writeQueueFull();
    }

    @Override
    public void onDrain(Runnable listener) {
        response.drainHandler(drained -> listener.run());
    }

    @Override
    public void end() {
        response.end();
    }

    @Override
    public void end(Buffer piece) {
        if (request.method() == HttpMethod.HEAD) {
            // The length that GET would have (RFC 9110, section 9.3.2).
            response.putHeader(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(piece.length()));
            response.end();
            return;
        }
        response.end(piece, listener);
    }

    @Override
    public boolean isEnded() {
        return response.ended();
    }

    @Override
    public void reject(Dialect dialect, ProxyError error, String requestId) {
        ProxyResponses.reject(this, dialect, error, requestId);
    }

    @Override
    public void abort(long code) {
        if (request.version() == HttpVersion.HTTP_2) {
            response.reset(code);
        } else {
            request.connection().close();
        }
    }
}
