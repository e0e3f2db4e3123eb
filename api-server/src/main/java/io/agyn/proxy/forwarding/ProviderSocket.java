package io.agyn.proxy.forwarding;

import io.agyn.access.Identity;
import io.agyn.proxy.body.EventFields;
import io.agyn.proxy.dialect.ProviderErrors;
import io.agyn.proxy.exchange.RequestBody;
import io.agyn.proxy.routing.Target;
import io.agyn.proxy.websocket.CloseCode;
import io.agyn.proxy.websocket.Opcode;
import io.agyn.proxy.websocket.Socket;
import io.agyn.usage.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The WebSocket of a caller's session to one LLM provider. Its messages go to the caller as they arrive, frame by frame, and are read
 * for the responses that they belong to: those on one lane ({@code stream_id}) come one after another.
 */
final class ProviderSocket implements Socket.Listener {
    private static final Logger LOG = Logger.getLogger(ProviderSocket.class);
    private static final String DEFAULT_LANE = "";
    private static final String CREATED = "response.created";
    private static final String ERROR = "error";
    private static final int MAX_IDS = 100;
    private static final byte[] NO_MODEL = {};

    private final WebSocketSession session;
    private final Target target;
    private final Socket socket;
    private final EventFields event = new EventFields();
    private final Map<String, Deque<WebSocketAttempt>> lanes = new HashMap<>(4);
    // The ids of the latest responses.
    private final Set<String> responses = new LinkedHashSet<>(4);
    // The response whose message is being sent; it joins its lane afterwards.
    private @Nullable WebSocketAttempt sending;
    // The call of a message without a model that is being sent.
    private @Nullable Call forwarding;
    // The caller and the target of the latest response; null before it has ended.
    private @Nullable Predecessor predecessor;
    private @Nullable Runnable drainListener;
    private boolean isRetired;
    private boolean isClosed;

    private record Predecessor(Identity caller, Target target) {}

    ProviderSocket(WebSocketSession session, Target target, Channel channel) {
        this.session = session;
        this.target = target;
        this.socket = new Socket(Socket.Peer.SERVER, channel, session.dispatcher(), this);
    }

    Socket socket() {
        return socket;
    }

    Target target() {
        return target;
    }

    /** Whether messages for a target can be sent here: the provider, its endpoint and the credentials are the same. */
    boolean serves(Target other) {
        return !isRetired
                && !socket.isClosing()
                && target.providerId().equals(other.providerId())
                && target.endpoint().equals(other.endpoint())
                && target.credentials().equals(other.credentials());
    }

    /** Whether this WebSocket replaces another of the same provider. */
    boolean replaces(ProviderSocket other) {
        return target.providerId().equals(other.target.providerId());
    }

    /** Whether a response with an id was created here. */
    boolean hasCreated(@Nullable String responseId) {
        return responseId != null && responses.contains(responseId);
    }

    // To the provider

    void write(Buffer piece) {
        ByteBuf bytes = piece.getByteBuf();
        socket.write(session.copy(bytes));
    }

    void onDrain(Runnable listener) {
        drainListener = listener;
    }

    /** Starts to send the message of a response. */
    void begin(WebSocketAttempt attempt) {
        sending = attempt;
    }

    /**
     * Sends a message that starts no response.
     *
     * @param passedListener runs when the message is passed on whole
     */
    void forward(Call call, RequestBody body, Runnable passedListener) {
        forwarding = call;
        body.pass(
                new MessageSink(this, () -> {
                    forwarding = null;
                    passedListener.run();
                    closeIfRetired();
                }),
                NO_MODEL,
                false);
    }

    /** Adds a response to its lane. */
    void add(WebSocketAttempt attempt, @Nullable String streamId) {
        sending = null;
        lanes.computeIfAbsent(lane(streamId), first -> new ArrayDeque<>(2)).add(attempt);
    }

    private static String lane(@Nullable String streamId) {
        return streamId == null ? DEFAULT_LANE : streamId;
    }

    /** Whether a response is the next one of its lane. */
    boolean isFirst(WebSocketAttempt attempt) {
        return lanes.values().stream().anyMatch(lane -> lane.peek() == attempt);
    }

    // To the caller

    @Override
    public void onFrame(int opcode, boolean isFinal, long length) {
        if (opcode != Opcode.CONTINUATION) {
            session.lock(this);
        }
        session.caller().beginFrame(opcode, isFinal, length);
    }

    @Override
    public void onPayload(ByteBuf piece) {
        if (event.isStarted()) {
            // A large event may arrive slowly. Its lane may be known at its end only.
            lanes.values().forEach(lane -> lane.element().call.onProgress());
        }
        byte[] scratch = session.scratch();
        for (int at = piece.readerIndex(); at < piece.writerIndex(); ) {
            int size = Math.min(scratch.length, piece.writerIndex() - at);
            piece.getBytes(at, scratch, 0, size);
            event.read(scratch, 0, size);
            at += size;
        }
        session.caller().write(piece.retain());
        session.updatePauses();
    }

    @Override
    public void onFrameEnd(boolean isFinal) {
        if (isFinal) {
            session.unlock();
            onEvent();
            event.reset();
            closeIfRetired();
        }
    }

    private void onEvent() {
        String streamId = event.text(EventFields.STREAM_ID);
        WebSocketAttempt attempt = find(streamId);
        if (CREATED.equals(event.text(EventFields.TYPE))) {
            remember(event.text(EventFields.RESPONSE_ID));
            if (attempt == null && predecessor != null) {
                // After steering, the provider starts another response.
                if (!session.maySucceed()) {
                    breakOff();
                    return;
                }
                attempt = session.succeed(predecessor.caller(), predecessor.target());
                add(attempt, streamId);
                attempt.follow(this);
            }
        }
        if (attempt == null) {
            return;
        }
        attempt.onEvent(event);
        if (attempt.hasLastEvent()) {
            predecessor = new Predecessor(attempt.caller(), attempt.target);
            remove(attempt);
            attempt.call.finish(attempt.outcome());
        }
    }

    /** Finds the response that an event belongs to. */
    private @Nullable WebSocketAttempt find(@Nullable String streamId) {
        Deque<WebSocketAttempt> lane = lanes.get(lane(streamId));
        if (lane != null) {
            return lane.peek();
        }
        if (sending != null && lanes.isEmpty()) {
            // An error may come before the provider has read the whole message.
            return sending;
        }
        // An error about an invalid stream_id has none.
        boolean isError = ERROR.equals(event.text(EventFields.TYPE));
        return isError && streamId == null && sending == null && lanes.size() == 1
                ? lanes.values().iterator().next().peek()
                : null;
    }

    private void remember(@Nullable String responseId) {
        if (responseId != null && responses.add(responseId) && responses.size() > MAX_IDS) {
            responses.remove(responses.iterator().next());
        }
    }

    private void remove(WebSocketAttempt attempt) {
        if (sending == attempt) {
            sending = null;
        }
        for (Deque<WebSocketAttempt> lane : lanes.values()) {
            boolean wasFirst = lane.peek() == attempt;
            if (lane.remove(attempt)) {
                WebSocketAttempt next = lane.peek();
                if (wasFirst && next != null) {
                    next.onFirst();
                }
            }
        }
        lanes.values().removeIf(Deque::isEmpty);
    }

    @Override
    public void onWritabilityChanged() {
        Runnable listener = drainListener;
        if (listener != null && socket.isWritable()) {
            drainListener = null;
            listener.run();
        }
    }

    // Close

    /** Closes the WebSocket as soon as no response is in flight, since others of the provider go elsewhere. */
    void retire() {
        isRetired = true;
        closeIfRetired();
    }

    private void closeIfRetired() {
        if (isRetired && lanes.isEmpty() && sending == null && forwarding == null && !session.isWriting(this)) {
            close();
        }
    }

    /** Closes the WebSocket, since later events of an abandoned response look like those of others. */
    void giveUp(WebSocketAttempt attempt) {
        if (!isClosed) {
            remove(attempt);
            breakOff();
        }
    }

    /** Closes the WebSocket before the end of its responses. */
    void breakOff() {
        close();
        // Without the caller, each response ends as cancelled.
        if (!session.isOver()) {
            failAll();
        }
    }

    void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        session.remove(this);
        if (socket.isWritingFrame()) {
            socket.abort();
        } else {
            socket.close(CloseCode.NORMAL, "");
        }
    }

    @Override
    public void onClosed(int code, String reason) {
        session.onProviderDisconnect();
        LOG.debugf("%s closed a WebSocket: %d", target, code);
        if (isClosed) {
            return;
        }
        isClosed = true;
        session.remove(this);
        failAll();
        if (!isRetired) {
            session.closeLike(code, reason);
        }
    }

    private void failAll() {
        List<WebSocketAttempt> failed = new ArrayList<>();
        lanes.values().forEach(failed::addAll);
        lanes.clear();
        if (sending != null) {
            failed.add(sending);
            sending = null;
        }
        Call unsent = forwarding;
        if (unsent != null) {
            forwarding = null;
            unsent.fail(ProviderErrors.brokenResponse(target), Outcome.UPSTREAM_ERROR);
        }
        for (WebSocketAttempt attempt : failed) {
            attempt.call.fail(
                    ProviderErrors.brokenResponse(target),
                    attempt.hasResponse() ? Outcome.UPSTREAM_TRUNCATED : Outcome.UPSTREAM_ERROR);
        }
    }
}
