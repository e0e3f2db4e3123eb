package io.agyn.proxy.forwarding;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SourceAddress;
import io.agyn.proxy.body.RequestField;
import io.agyn.proxy.body.RequestFields;
import io.agyn.proxy.dialect.Dialect;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.exchange.Exchange;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A message of a caller's WebSocket, and the events that respond to it. The events are forwarded by a {@link ProviderSocket}, not by
 * the methods that write a response.
 */
final class WebSocketExchange implements Exchange {
    private static final String CREATE = "response.create";

    private final WebSocketSession session;
    private final long length;
    private final RequestFields fields = RequestFields.ofSocketMessage(ReadingModel.MAX_DEPTH);
    private @Nullable Consumer<Buffer> pieces;
    private @Nullable Runnable end;
    private Runnable disconnectListener = () -> {};
    private boolean isPaused;
    private boolean isDiscarded;
    private boolean hasArrived;
    private boolean isEndReported;
    private boolean isAccepted;
    private boolean isPassed;
    private @Nullable MultiMap responseHeaders;
    private int status = 200;
    private boolean isHeadWritten;
    private boolean isEnded;

    /** @param length the bytes of the message, or -1 */
    WebSocketExchange(WebSocketSession session, long length) {
        this.session = session;
        this.length = length;
    }

    WebSocketSession session() {
        return session;
    }

    RequestFields fields() {
        return fields;
    }

    // The message

    /** Whether it is a message of another type than {@code response.create}. */
    boolean isControl() {
        String type = fields.value(RequestField.TYPE);
        return type != null && !type.equals(CREATE);
    }

    /** Notes that its response will be waited for when the WebSocket closes. */
    void accept() {
        isAccepted = true;
    }

    boolean isAccepted() {
        return isAccepted;
    }

    /** The lane of the message; null for the default one. */
    @Nullable
    String streamId() {
        return fields.value(RequestField.STREAM_ID);
    }

    void receive(Buffer piece) {
        if (!isDiscarded) {
            requireNonNull(pieces, "not reading").accept(piece);
        }
    }

    /** Handles the end of the message. */
    void onArrived() {
        hasArrived = true;
        reportEnd();
    }

    private void reportEnd() {
        if (hasArrived && !isDiscarded && !isPaused && !isEndReported && end != null) {
            isEndReported = true;
            end.run();
        }
    }

    /** Handles the end of its transfer to the provider. */
    void onPassed() {
        isPassed = true;
        session.onMessageDone(this);
    }

    /** Whether the next message may be read. */
    boolean isDone() {
        return hasArrived && (isPassed || isDiscarded);
    }

    /** Whether the caller's bytes must wait. */
    boolean waits() {
        return !isDiscarded && (pieces == null || isPaused || hasArrived && !isPassed);
    }

    @Override
    public Optional<String> source(SourceAddress addresses) {
        return Optional.of(session.source());
    }

    @Override
    public MultiMap headers() {
        return session.headers();
    }

    @Override
    public @Nullable String query() {
        return session.query();
    }

    @Override
    public long bodyLength() {
        return length;
    }

    @Override
    public boolean endsByClosing() {
        return false;
    }

    @Override
    public void writeContinue() {
        // HTTP only.
    }

    @Override
    public void read(Consumer<Buffer> receiver, Runnable endListener) {
        pieces = receiver;
        end = endListener;
        // It has arrived already if it is empty.
        reportEnd();
        session.updatePauses();
    }

    @Override
    public void pause() {
        isPaused = true;
        session.updatePauses();
    }

    @Override
    public void resume() {
        isPaused = false;
        reportEnd();
        session.updatePauses();
    }

    @Override
    public void discardBody() {
        isDiscarded = true;
        session.onMessageDone(this);
    }

    // The response

    /** Notes that the provider has begun to respond. */
    void begin(int newStatus) {
        status = newStatus;
        isHeadWritten = true;
    }

    @Override
    public void onDisconnect(Runnable listener) {
        disconnectListener = listener;
    }

    void disconnect() {
        disconnectListener.run();
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public void setStatus(int newStatus) {
        status = newStatus;
    }

    @Override
    public MultiMap responseHeaders() {
        if (responseHeaders == null) {
            responseHeaders = HttpHeaders.headers();
        }
        return responseHeaders;
    }

    @Override
    public void setChunked() {
        throw notWritten();
    }

    @Override
    public void writeHead() {
        throw notWritten();
    }

    @Override
    public boolean isHeadWritten() {
        return isHeadWritten;
    }

    @Override
    public void write(Buffer piece) {
        throw notWritten();
    }

    @Override
    public boolean isWriteQueueFull() {
        return session.waitsForCaller();
    }

    @Override
    public void onDrain(Runnable listener) {
        throw notWritten();
    }

    @Override
    public void end() {
        throw notWritten();
    }

    @Override
    public void end(Buffer piece) {
        throw notWritten();
    }

    private static IllegalStateException notWritten() {
        return new IllegalStateException("providers' events are forwarded");
    }

    @Override
    public boolean isEnded() {
        return isEnded;
    }

    @Override
    public void reject(Dialect dialect, ProxyError error, String requestId) {
        session.writeError(dialect, error, requestId, streamId());
    }

    @Override
    public void abort(long code) {
        session.abort();
    }

    @Override
    public void onCallEnd() {
        isEnded = true;
        session.onCallEnd(this);
        discardBody();
    }
}
