package io.agyn.proxy.forwarding;

import io.agyn.access.CredentialUse;
import io.agyn.access.Identity;
import io.agyn.access.SourceAddress;
import io.agyn.listener.Upgraded;
import io.agyn.proxy.dialect.Dialect;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.dialect.ProxyError.Kind;
import io.agyn.proxy.routing.HashedToken;
import io.agyn.proxy.routing.Target;
import io.agyn.proxy.websocket.CloseCode;
import io.agyn.proxy.websocket.Opcode;
import io.agyn.proxy.websocket.Socket;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.impl.ContextInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A caller's WebSocket of the Responses API. Each message of the caller is a {@link Call}; its messages are read strictly one after
 * another, while responses run in parallel. Confined to one event loop.
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
    private final CallerEvents events;
    private final long startedAt = System.nanoTime();
    private long tokenCheckedAt = startedAt;
    private int index;

    private final List<WebSocketExchange> calls = new ArrayList<>(1);
    private final SessionProviders providers = new SessionProviders();
    // The message that arrives or waits to be passed on.
    private @Nullable WebSocketExchange current;
    private @Nullable Closing closing;
    private boolean isCheckScheduled;
    // 0 while the caller reads.
    private long unreadSince;
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
            HashedToken token,
            MultiMap headers,
            @Nullable String query) {
        private CredentialUse use(SourceAddress addresses) {
            return new CredentialUse(source, headers.get(HttpHeaders.USER_AGENT));
        }
    }

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
        this.events = new CallerEvents(caller);
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

    /** Why no response is started now; null if one may be. */
    @Nullable
    ProxyError refusal() {
        if (closing == null) {
            return null;
        }
        return switch (closing.code()) {
            case CloseCode.SERVICE_RESTART -> ProxyError.STOPPING;
            case CloseCode.POLICY_VIOLATION ->
                ProxyError.of(Kind.UNAUTHENTICATED, "The API token of this WebSocket is no longer valid.");
            default ->
                ProxyError.of(
                        Kind.UNAVAILABLE,
                        "This WebSocket closes after the responses in progress; open another one for this message.");
        };
    }

    /** Pauses who must wait: the caller for its message, and the providers for the caller or for each other. */
    void updatePauses() {
        caller.setPaused(calls.size() > MAX_CALLS || (current == null ? hasUnreadEvents() : current.waits()));
        boolean isFull = waitsForCaller();
        providers.setPaused(provider -> isFull || events.isTakenFrom(provider));
    }

    /** Whether a next message would add to the memory of a caller that does not read: each may be rejected with an event. */
    private boolean hasUnreadEvents() {
        return waitsForCaller() || events.waiting() >= MAX_CALLS;
    }

    boolean waitsForCaller() {
        return !caller.isWritable();
    }

    @Override
    public void onWritabilityChanged() {
        updatePauses();
    }

    // Providers

    SessionProviders providers() {
        return providers;
    }

    /** Adds a WebSocket; one with older credentials of the same provider closes after its responses. */
    void add(ProviderSocket opened) {
        sockets.onProviderOpen();
        providers.add(opened);
        updatePauses();
    }

    void remove(ProviderSocket provider) {
        providers.remove(provider);
        if (events.isWriting(provider)) {
            // The caller has part of a message that cannot be completed.
            abort();
        }
    }

    void onProviderDisconnect() {
        sockets.onProviderDisconnect();
    }

    boolean isWriting(ProviderSocket provider) {
        return events.isWriting(provider);
    }

    /** Keeps the other providers' messages out of one that starts now. */
    void lock(ProviderSocket provider) {
        events.lock(provider);
        updatePauses();
    }

    void unlock() {
        events.unlock();
        updatePauses();
    }

    /** Whether a provider may start a response by itself. */
    boolean maySucceed() {
        return calls.size() <= MAX_CALLS && (closing == null || closing.code() != CloseCode.POLICY_VIOLATION);
    }

    /** Starts the call of a response that a provider started by itself. */
    WebSocketAttempt succeed(Identity identity, Target target) {
        WebSocketExchange message = new WebSocketExchange(this, 0);
        message.accept();
        calls.add(message);
        return Call.beginSuccessor(proxy, message, identity, target);
    }

    // Events of the proxy

    void writeError(Dialect dialect, ProxyError error, String requestId, @Nullable String streamId) {
        events.writeError(dialect, error, requestId, streamId);
        if (error.kind() == Kind.UNAUTHENTICATED) {
            closeLater(CloseCode.POLICY_VIOLATION, INVALID_TOKEN);
        } else if (error.kind() == Kind.REQUEST_TOO_LARGE) {
            closeLater(CloseCode.TOO_BIG, "the message is too large");
        }
    }

    /** Writes the error with which a provider rejected the WebSocket. */
    void writeProviderError(int status, Buffer body, String requestId, @Nullable String streamId) {
        events.writeProviderError(status, body, requestId, streamId);
    }

    // Time

    @Override
    public void checkTime() {
        long now = loop.now();
        if (isUnread(now)) {
            abort();
            return;
        }
        caller.checkTime(now);
        providers.checkTime(now);
        if (isTooOld()) {
            closeLater(CloseCode.NORMAL, "the time for one WebSocket is over");
        }
        if (now - tokenCheckedAt > TOKEN_CHECK_INTERVAL) {
            checkToken();
        }
    }

    /** Whether the caller has taken nothing for long, while no response is in progress that would time out. */
    private boolean isUnread(long now) {
        if (!waitsForCaller()) {
            unreadSince = 0;
        } else if (unreadSince == 0) {
            unreadSince = now;
        }
        return unreadSince != 0
                && calls.isEmpty()
                && now - unreadSince > proxy.shared().limits().idle().toNanos();
    }

    private boolean isTooOld() {
        return loop.now() - startedAt > sockets.maxTime().toNanos();
    }

    /** Closes the WebSocket if its token was revoked or has expired. */
    private void checkToken() {
        tokenCheckedAt = loop.now();
        proxy.identify(from.token(), from::use).whenComplete((identity, failure) -> {
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
        return !isOver && calls.stream().anyMatch(WebSocketExchange::isAccepted);
    }

    /** Whether the caller has closed the WebSocket or is lost. */
    boolean isOver() {
        return isOver;
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
        if (due == null || isOver || caller.isClosing() || isBusy()) {
            return;
        }
        if (isTooOld()) {
            events.writeConnectionLimit(sockets.maxTime());
        }
        end(due.code(), due.reason());
    }

    private void end(int code, String reason) {
        if (isClosed) {
            return;
        }
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
        providers.close();
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
