package io.agyn.proxy.forwarding;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.agyn.access.Identity;
import io.agyn.listener.Upgraded;
import io.agyn.proxy.body.RequestField;
import io.agyn.proxy.dialect.Dialect;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.dialect.ProxyError.Kind;
import io.agyn.proxy.exchange.ProxyResponses;
import io.agyn.proxy.routing.Target;
import io.agyn.proxy.websocket.CloseCode;
import io.agyn.proxy.websocket.Opcode;
import io.agyn.proxy.websocket.Socket;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A caller's WebSocket of the Responses API. Each message of the caller is a {@link Call}; its messages are read strictly one after
 * another, while responses run in parallel. Each LLM provider that they need has one {@link ProviderSocket}, since providers keep the
 * state of a connection. Confined to one event loop.
 */
final class WebSocketSession implements Socket.Listener, Upgraded, TimedList.Entry {
    private static final int MAX_CALLS = 64;
    private static final long TOKEN_CHECK_INTERVAL = Duration.ofSeconds(30).toNanos();

    private static final String INVALID_TOKEN = "the API token is no longer valid";

    private final ProxyContext proxy;
    private final WebSockets sockets;
    private final LoopState loop;
    private final ContextInternal context;
    private final Executor dispatcher;
    private final Caller from;
    private final Channel channel;
    private final Socket caller;
    private final long startedAt = System.nanoTime();
    private long tokenCheckedAt = startedAt;
    private int index;

    private final List<WebSocketExchange> calls = new ArrayList<>(1);
    private final List<ProviderSocket> providers = new ArrayList<>(1);
    // The message that arrives or waits to be passed on.
    private @Nullable WebSocketExchange current;
    // The provider whose message is partly written to the caller.
    private @Nullable ProviderSocket writing;
    // Own events that wait for the end of that message; null if there are none.
    private @Nullable Queue<byte[]> events;
    // Of the latest message.
    private @Nullable ProviderSocket latest;
    private @Nullable Closing closing;
    private boolean isCheckScheduled;
    private boolean isClosed;
    private boolean isOver;

    /**
     * The origin of the session.
     *
     * @param headers those of the upgrade
     * @param query its query without a question mark
     */
    record Caller(
            String source,
            String token,
            MultiMap headers,
            @Nullable String query) {}

    /** The close frame that is due when no response is in flight. */
    private record Closing(int code, String reason) {}

    WebSocketSession(ProxyContext proxy, ContextInternal context, Caller from, Channel channel) {
        this.proxy = proxy;
        this.sockets = proxy.shared().webSockets();
        this.loop = proxy.shared().upstreams().loop();
        this.context = context;
        this.dispatcher = context::dispatch;
        this.from = from;
        this.channel = channel;
        this.caller = new Socket(Socket.Peer.CLIENT, channel, dispatcher, this);
    }

    void start() {
        channel.pipeline().addBefore("handler", "webSocket", caller);
        loop.sessions().add(this);
        sockets.onOpen();
    }

    Socket caller() {
        return caller;
    }

    ContextInternal context() {
        return context;
    }

    Executor dispatcher() {
        return dispatcher;
    }

    byte[] scratch() {
        return loop.scratch();
    }

    String source() {
        return from.source();
    }

    MultiMap headers() {
        return from.headers();
    }

    @Nullable
    String query() {
        return from.query();
    }

    /** Returns a copy that may be masked. */
    ByteBuf copy(ByteBuf bytes) {
        return channel.alloc()
                .buffer(bytes.readableBytes())
                .writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
    }

    // Messages of the caller

    @Override
    public void onFrame(int opcode, boolean isFinal, long length) {
        if (opcode == Opcode.BINARY) {
            end(CloseCode.UNSUPPORTED_DATA, "messages are JSON texts");
        } else if (opcode == Opcode.TEXT) {
            WebSocketExchange message = new WebSocketExchange(this, isFinal ? length : -1);
            current = message;
            calls.add(message);
            Call.begin(proxy, message);
            updatePauses();
        }
    }

    @Override
    public void onPayload(ByteBuf piece) {
        if (current != null) {
            byte[] bytes = new byte[piece.readableBytes()];
            piece.readBytes(bytes);
            current.receive(Buffer.buffer(bytes));
        }
    }

    @Override
    public void onFrameEnd(boolean isFinal) {
        WebSocketExchange message = current;
        if (isFinal && message != null) {
            message.onArrived();
            onMessageDone(message);
        }
    }

    /** Reads the next message if this one has arrived and was passed on or rejected. */
    void onMessageDone(WebSocketExchange message) {
        if (current == message && message.isDone()) {
            current = null;
        }
        updatePauses();
    }

    /** Passes a message on that names no model: to the provider of the response that it is about, else to the latest. */
    void forward(WebSocketExchange message, byte[] text, String requestId) {
        String previous = message.fields().value(RequestField.PREVIOUS_RESPONSE_ID);
        String response = message.fields().value(RequestField.RESPONSE_ID);
        ProviderSocket to = providers.stream()
                .filter(provider -> provider.hasCreated(previous) || provider.hasCreated(response))
                .findFirst()
                .orElse(latest);
        if (to == null) {
            writeError(
                    Dialect.OPENAI,
                    ProxyError.of(
                            Kind.INVALID_REQUEST,
                            "No response on this WebSocket precedes this message; start with \"type\":"
                                    + " \"response.create\" and a \"model\"."),
                    requestId,
                    message.streamId());
        } else {
            to.socket().writeText(text);
        }
    }

    /** Pauses who must wait: the caller for its message, and the providers for the caller or for each other. */
    void updatePauses() {
        caller.setPaused(calls.size() > MAX_CALLS || (current == null ? hasUnreadEvents() : current.waits()));
        boolean isFull = waitsForCaller();
        for (int i = 0; i < providers.size(); i++) {
            ProviderSocket provider = providers.get(i);
            provider.socket().setPaused(isFull || writing != null && writing != provider);
        }
    }

    /** Whether a next message would add to the memory of a caller that does not read: each may be rejected with an event. */
    private boolean hasUnreadEvents() {
        return waitsForCaller() || events != null && events.size() >= MAX_CALLS;
    }

    boolean waitsForCaller() {
        return !caller.isWritable();
    }

    @Override
    public void onWritabilityChanged() {
        updatePauses();
    }

    // Providers

    @Nullable
    ProviderSocket provider(Target target) {
        for (ProviderSocket provider : providers) {
            if (provider.serves(target)) {
                return provider;
            }
        }
        return null;
    }

    /** Whether one of the latest responses on this WebSocket has an id. */
    boolean hasCreated(String responseId) {
        return providers.stream().anyMatch(provider -> provider.hasCreated(responseId));
    }

    int providerCount() {
        return providers.size();
    }

    /** Adds a WebSocket; one with older credentials of the same provider closes after its responses. */
    void add(ProviderSocket opened) {
        sockets.onProviderOpen();
        List.copyOf(providers).stream().filter(opened::replaces).forEach(ProviderSocket::retire);
        providers.add(opened);
        updatePauses();
    }

    void use(ProviderSocket provider) {
        latest = provider;
    }

    void remove(ProviderSocket provider) {
        providers.remove(provider);
        if (latest == provider) {
            latest = null;
        }
        if (writing == provider) {
            // The caller has part of a message that cannot be completed.
            abort();
        }
    }

    void onProviderDisconnect() {
        sockets.onProviderDisconnect();
    }

    boolean isWriting(ProviderSocket provider) {
        return writing == provider;
    }

    /** Keeps the other providers' messages out of one that starts now. */
    void lock(ProviderSocket provider) {
        writing = provider;
        updatePauses();
    }

    void unlock() {
        writing = null;
        if (events != null) {
            events.forEach(caller::writeText);
            events = null;
        }
        updatePauses();
    }

    /** Starts the call of a response that a provider started by itself. */
    WebSocketAttempt succeed(Identity identity, Target target) {
        WebSocketExchange message = new WebSocketExchange(this, 0);
        calls.add(message);
        return Call.beginSuccessor(proxy, message, identity, target);
    }

    // Events of the proxy

    void writeError(Dialect dialect, ProxyError error, String requestId, @Nullable String streamId) {
        write(Dialect.errorMessage(error, ProxyResponses.headers(dialect, error, requestId), streamId));
        if (error.kind() == Kind.UNAUTHENTICATED) {
            closeLater(CloseCode.POLICY_VIOLATION, INVALID_TOKEN);
        } else if (error.kind() == Kind.REQUEST_TOO_LARGE) {
            closeLater(CloseCode.TOO_BIG, "the message is too large");
        }
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

    private void write(byte[] event) {
        if (writing == null) {
            caller.writeText(event);
        } else {
            if (events == null) {
                events = new ArrayDeque<>();
            }
            events.add(event);
        }
    }

    // Time

    @Override
    public void checkTime() {
        long now = loop.now();
        caller.checkTime(now);
        for (ProviderSocket provider : List.copyOf(providers)) {
            provider.socket().checkTime(now);
        }
        if (isTooOld()) {
            closeLater(CloseCode.NORMAL, "the time for one WebSocket is over");
        }
        if (now - tokenCheckedAt > TOKEN_CHECK_INTERVAL) {
            checkToken();
        }
    }

    private boolean isTooOld() {
        return loop.now() - startedAt > sockets.maxTime().toNanos();
    }

    /** Closes the WebSocket if its token was revoked or has expired. */
    private void checkToken() {
        tokenCheckedAt = loop.now();
        proxy.identify(from.token()).whenComplete((identity, failure) -> {
            if (failure == null && identity.isEmpty()) {
                context.runOnContext(back -> closeLater(CloseCode.POLICY_VIOLATION, INVALID_TOKEN));
            }
        });
    }

    // Close

    void onCallEnd(WebSocketExchange message) {
        calls.remove(message);
        if (!isOver) {
            checkToken();
            scheduleCheck();
        }
    }

    /** Checks later whether the WebSocket closes: an error of the proxy may follow the end of its call. */
    private void scheduleCheck() {
        if (!isCheckScheduled) {
            isCheckScheduled = true;
            context.runOnContext(later -> {
                isCheckScheduled = false;
                closeIfDone();
            });
        }
    }

    @Override
    public boolean isBusy() {
        return !isOver && !calls.isEmpty();
    }

    @Override
    public void announceClose() {
        closing = new Closing(CloseCode.SERVICE_RESTART, "the server restarts");
        closeIfDone();
    }

    @Override
    public void stop() {
        end(CloseCode.SERVICE_RESTART, "the server restarts");
    }

    /** Closes the WebSocket as a provider has closed its own, after the responses of other providers. */
    void closeLike(int code, String reason) {
        closeLater(code == CloseCode.ABNORMAL ? CloseCode.INTERNAL_ERROR : code, reason);
    }

    private void closeLater(int code, String reason) {
        if (closing == null && !isOver) {
            closing = new Closing(code, reason);
            scheduleCheck();
        }
    }

    private void closeIfDone() {
        Closing due = closing;
        if (due == null || isOver || caller.isClosing() || !calls.isEmpty() || writing != null) {
            return;
        }
        if (isTooOld()) {
            write(Dialect.connectionLimitMessage(sockets.maxTime()));
        }
        end(due.code(), due.reason());
    }

    private void end(int code, String reason) {
        sockets.onClose(code);
        isClosed = true;
        caller.close(code, reason);
    }

    void abort() {
        caller.abort();
    }

    @Override
    public void onClosed(int code, String reason) {
        if (!isClosed) {
            sockets.onClose(code);
        }
        isOver = true;
        loop.sessions().remove(this);
        sockets.onDisconnect();
        List.copyOf(calls).forEach(WebSocketExchange::disconnect);
        List.copyOf(providers).forEach(ProviderSocket::close);
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public void setIndex(int newIndex) {
        index = newIndex;
    }
}
