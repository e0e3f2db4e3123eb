package io.agyn.proxy.forwarding;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.agyn.proxy.dialect.Dialect;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.exchange.ProxyResponses;
import io.agyn.proxy.websocket.Socket;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** The messages to a caller's WebSocket: those of providers, one at a time, and events of the proxy between them. */
final class CallerEvents {
    private final Socket caller;
    // The provider whose message is partly written.
    private @Nullable ProviderSocket writing;
    // Events of the proxy that wait for the end of that message; null if there are none.
    private @Nullable Queue<byte[]> waiting;

    CallerEvents(Socket caller) {
        this.caller = caller;
    }

    boolean isWriting(ProviderSocket provider) {
        return writing == provider;
    }

    /** Whether a provider's messages must wait for another's. */
    boolean isTakenFrom(ProviderSocket provider) {
        return writing != null && writing != provider;
    }

    /** The number of events of the proxy that wait. */
    int waiting() {
        return waiting == null ? 0 : waiting.size();
    }

    /** Starts a message of a provider. */
    void lock(ProviderSocket provider) {
        writing = provider;
    }

    /** Ends it. */
    void unlock() {
        writing = null;
        if (waiting != null) {
            waiting.forEach(caller::writeText);
            waiting = null;
        }
    }

    /** Writes an error of the proxy. */
    void writeError(Dialect dialect, ProxyError error, String requestId, @Nullable String streamId) {
        write(Dialect.errorMessage(error, ProxyResponses.headers(dialect, error, requestId), streamId));
    }

    /** Writes the error with which a provider rejected the WebSocket. */
    void writeProviderError(int status, Buffer body, String requestId, @Nullable String streamId) {
        JsonObject error;
        try {
            error = new JsonObject(body).getJsonObject("error");
        } catch (DecodeException | ClassCastException e) {
            error = null;
        }
        JsonObject event = new JsonObject()
                .put("type", "error")
                .put("status", status)
                .put(
                        "error",
                        error != null
                                ? error
                                : new JsonObject()
                                        .put("type", "server_error")
                                        .put("code", null)
                                        .put("param", null)
                                        .put("message", "The LLM provider rejected the WebSocket: status " + status))
                .put("headers", new JsonObject().put(ProxyResponses.AGYN_REQUEST_ID.toString(), requestId));
        if (streamId != null) {
            event.put("stream_id", streamId);
        }
        write(event.encode().getBytes(UTF_8));
    }

    /** Writes the error before the end of a WebSocket that was open for too long. */
    void writeConnectionLimit(Duration limit) {
        write(Dialect.connectionLimitMessage(limit));
    }

    private void write(byte[] event) {
        if (writing == null) {
            caller.writeText(event);
        } else {
            if (waiting == null) {
                waiting = new ArrayDeque<>();
            }
            waiting.add(event);
        }
    }
}
