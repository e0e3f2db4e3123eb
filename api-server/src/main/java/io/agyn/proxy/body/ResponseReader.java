package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.agyn.api.model.Protocol;
import io.agyn.api.model.UsageUnknownReason;
import io.agyn.logging.Exceptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.compression.JdkZlibDecoder;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Parses a copy of a provider's response, plain or a stream of server-sent events, optionally gzipped, for its token
 * counts, its end and reported failures. It never fails: of a response that it does not understand, it reports
 * nothing.
 *
 * <p>Not thread-safe.
 */
public final class ResponseReader {
    private static final Logger LOG = Logger.getLogger(ResponseReader.class);
    static final String[] FIELD_PATHS = {
        "id",
        "type",
        "sequence_number",
        "status",
        "error",
        "usage",
        "tool_usage",
        "service_tier",
        "response.id",
        "response.usage",
        "response.tool_usage",
        "response.service_tier",
        "message.usage"
    };
    private static final JsonFields.Paths FIELDS = new JsonFields.Paths(FIELD_PATHS);
    private static final byte[][] LAST_TYPES = literals("response.completed", "response.incomplete", "message_stop");
    private static final byte[][] FAILED_TYPES = literals("response.failed", "error");
    private static final byte[][] FAILED_STATUS = literals("failed");
    private static final byte[][] UNFINISHED_STATUS = literals("queued", "in_progress");
    private static final byte[][] FINAL_STATUS = literals("completed", "failed", "cancelled", "incomplete");
    // The limit for one piece, so that a small response cannot fill the memory.
    private static final int MAX_INFLATED_BYTES = 4 * 1024 * 1024;
    // Of an id, with its quotation marks; a path can hold no longer one.
    private static final int MAX_TEXT_LENGTH = 514;

    private final Protocol protocol;
    private final boolean stream;
    private final TokenCounts tokens = new TokenCounts();
    private final @Nullable BatchResults results;
    private final JsonFields fields = new JsonFields(FIELDS, this::readField);
    private final EventSplitter events = new EventSplitter(new Events());
    private final @Nullable EmbeddedChannel inflater;
    private @Nullable UsageUnknownReason unreadable;
    private boolean closed;

    private boolean hasEvent;
    private boolean lastEvent;
    private boolean failedEvent;
    private boolean terminated;
    private boolean failed;
    private long sequenceNumber = -1;
    private @Nullable String responseId;
    private @Nullable String objectId;
    private boolean unfinished;
    private boolean finished;

    /**
     * @param protocol the response's protocol
     * @param contentType its {@code Content-Type}
     * @param contentEncoding its {@code Content-Encoding}
     */
    public ResponseReader(Protocol protocol, @Nullable String contentType, @Nullable String contentEncoding) {
        this(protocol, contentType, contentEncoding, false);
    }

    private ResponseReader(
            Protocol protocol, @Nullable String contentType, @Nullable String contentEncoding, boolean isBatchResults) {
        this.protocol = protocol;
        this.results = isBatchResults ? new BatchResults(tokens) : null;
        this.stream = isEventStream(contentType);
        String encoding =
                contentEncoding == null ? "identity" : contentEncoding.strip().toLowerCase(Locale.ROOT);
        switch (encoding) {
            // With any number of members: RFC 1952, section 2.2.
            case "gzip", "x-gzip" -> inflater = new EmbeddedChannel(new JdkZlibDecoder(true, MAX_INFLATED_BYTES));
            case "identity", "" -> inflater = null;
            default -> {
                inflater = null;
                unreadable = UsageUnknownReason.UNSUPPORTED_ENCODING;
            }
        }
    }

    /** Creates a reader of the results of a batch, whose usage is summed. */
    public static ResponseReader ofBatchResults(@Nullable String contentEncoding) {
        return new ResponseReader(Protocol.ANTHROPIC_MESSAGES, null, contentEncoding, true);
    }

    /** Creates a reader of a response whose events are WebSocket messages of the Responses protocol. */
    public static ResponseReader ofMessages() {
        return new ResponseReader(Protocol.RESPONSES, "text/event-stream", null);
    }

    /** Whether a {@code Content-Type} is server-sent events. */
    public static boolean isEventStream(@Nullable String contentType) {
        return contentType != null && contentType.regionMatches(true, 0, "text/event-stream", 0, 17);
    }

    /** The usage that the response has reported so far. */
    public TokenCounts tokens() {
        return tokens;
    }

    /** Why the usage cannot be read. */
    public @Nullable UsageUnknownReason usageUnknownReason() {
        return unreadable;
    }

    public boolean isStream() {
        return stream;
    }

    /** Whether it is a readable stream whose last event is complete. */
    public boolean isTerminated() {
        return terminated;
    }

    /** Whether at least one event of a readable stream is complete. */
    public boolean hasEvent() {
        return hasEvent;
    }

    /** Whether it is a stream that can be read. */
    public boolean isReadableStream() {
        return stream && unreadable == null;
    }

    /** Whether the provider has reported a failure in the response, streamed or not; the status may still be 200. */
    public boolean hasFailed() {
        return failed;
    }

    /** Whether an event can be inserted into the stream now: it is readable, uncompressed and between two events. */
    public boolean isBetweenEvents() {
        return isReadableStream() && inflater == null && events.isBetweenEvents();
    }

    /** The highest {@code sequence_number} of the events so far, or -1. */
    public long sequenceNumber() {
        return sequenceNumber;
    }

    /** The id of a streamed response of the Responses protocol, or null if not seen yet. */
    public @Nullable String responseId() {
        return responseId;
    }

    /** The id of the object that the response shows, streamed or not; null if not seen yet. */
    public @Nullable String objectId() {
        return stream ? responseId : objectId;
    }

    /** Whether a plain response shows an object that is queued or in progress. */
    public boolean isUnfinished() {
        return unfinished;
    }

    /** Whether the response is complete, and shows the final state of a stored response, or all results of a batch. */
    public boolean isFinal() {
        if (results != null) {
            return results.isFinal();
        }
        return stream ? terminated : finished && fields.isWhole();
    }

    /** Reads the next bytes of the response, without changing them. */
    public void read(byte[] bytes, int from, int to) {
        if (unreadable != null || closed) {
            return;
        }
        try {
            if (inflater == null) {
                readPlain(bytes, from, to);
            } else {
                inflate(inflater, bytes, from, to);
            }
        } catch (RuntimeException e) {
            LOG.debug("A response could not be parsed; its usage is unknown", Exceptions.withoutMessages(e));
            unreadable = UsageUnknownReason.CORRUPT_ENCODING;
        }
    }

    /** Reads an event that came as a message. */
    public void read(EventFields event) {
        event.forEach(this::readField);
        endEvent(event.isWhole());
    }

    /** Handles the proper end of the response's HTTP message. */
    public void end() {
        if (results != null) {
            results.end();
        } else if (stream) {
            events.end();
        } else {
            failed |= failedEvent;
        }
    }

    /** Releases the inflater. Closing twice does nothing. */
    public void close() {
        if (closed || inflater == null) {
            return;
        }
        closed = true;
        try {
            inflater.finishAndReleaseAll();
        } catch (RuntimeException e) {
            LOG.debug("A compressed response was incomplete", Exceptions.withoutMessages(e));
        }
    }

    private void inflate(EmbeddedChannel inflater, byte[] bytes, int from, int to) {
        inflater.writeInbound(Unpooled.copiedBuffer(bytes, from, to - from));
        for (ByteBuf part = inflater.readInbound(); part != null; part = inflater.readInbound()) {
            try {
                byte[] plain = new byte[part.readableBytes()];
                part.readBytes(plain);
                readPlain(plain, 0, plain.length);
            } finally {
                part.release();
            }
        }
    }

    private void readPlain(byte[] bytes, int from, int to) {
        if (results != null) {
            results.read(bytes, from, to);
        } else if (stream) {
            events.read(bytes, from, to);
        } else {
            fields.read(bytes, from, to);
        }
    }

    private void endEvent(boolean isWhole) {
        if (lastEvent && isWhole) {
            terminated = true;
            failed |= failedEvent;
        }
        lastEvent = false;
        failedEvent = false;
    }

    private void readField(String path, byte[] bytes, int length) {
        try {
            pick(path, bytes, length);
        } catch (IOException e) {
            LOG.debug("Usage could not be parsed", Exceptions.withoutMessages(e));
        }
    }

    private void pick(String path, byte[] bytes, int length) throws IOException {
        switch (path) {
            case "type" -> {
                failedEvent |= isOneOf(FAILED_TYPES, bytes, length);
                lastEvent |= failedEvent || isOneOf(LAST_TYPES, bytes, length);
            }
            case "id" -> {
                if (!stream) {
                    objectId = text(bytes, length);
                }
            }
            case "status" -> {
                if (!stream) {
                    failedEvent |= isOneOf(FAILED_STATUS, bytes, length);
                    unfinished |= isOneOf(UNFINISHED_STATUS, bytes, length);
                    finished |= isOneOf(FINAL_STATUS, bytes, length);
                }
            }
            case "error" -> {
                // As in the SDKs, null and empty values are no error.
                failedEvent |= length > 2 && (bytes[0] == '{' || bytes[0] == '"');
                lastEvent |= failedEvent;
            }
            case "sequence_number" -> sequenceNumber = Math.max(sequenceNumber, number(bytes, length));
            case "response.id" -> responseId = text(bytes, length);
            case "service_tier", "response.service_tier" -> tokens.readServiceTier(text(bytes, length));
            case "tool_usage", "response.tool_usage" -> tokens.readToolUsage(bytes, 0, length);
            default -> {
                if (protocol == Protocol.RESPONSES) {
                    tokens.readResponses(bytes, 0, length);
                } else {
                    tokens.readMessages(bytes, 0, length);
                }
            }
        }
    }

    private static byte[][] literals(String... texts) {
        return Stream.of(texts)
                .map(text -> ('"' + text + '"').getBytes(US_ASCII))
                .toArray(byte[][]::new);
    }

    private static boolean isOneOf(byte[][] literals, byte[] bytes, int length) {
        for (byte[] literal : literals) {
            if (Arrays.equals(bytes, 0, length, literal, 0, literal.length)) {
                return true;
            }
        }
        return false;
    }

    /** Parses a number of at most 18 digits; -1 for anything else. */
    private static long number(byte[] bytes, int length) {
        long number = 0;
        for (int i = 0; i < length; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return -1;
            }
            number = 10 * number + bytes[i] - '0';
        }
        return length > 0 && length <= 18 ? number : -1;
    }

    /** Parses a short string without escapes; null for anything else. */
    private static @Nullable String text(byte[] bytes, int length) {
        if (length < 3 || length > MAX_TEXT_LENGTH || bytes[0] != '"') {
            return null;
        }
        String text = new String(bytes, 1, length - 2, US_ASCII);
        return text.indexOf('\\') < 0 ? text : null;
    }

    private final class Events implements EventSplitter.Sink {
        // A comment alone is no event.
        private boolean hasData;

        @Override
        public void data(byte[] bytes, int from, int to) {
            hasData = true;
            fields.read(bytes, from, to);
        }

        @Override
        public void end() {
            hasEvent |= hasData;
            endEvent(fields.isWhole());
            fields.reset();
        }
    }
}
