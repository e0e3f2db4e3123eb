package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.agyn.api.model.Protocol;
import io.agyn.logging.Exceptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.compression.JdkZlibDecoder;
import java.io.IOException;
import java.util.Locale;
import org.jboss.logging.Logger;

/**
 * Reads along with an answer of a provider, plain or a stream of server-sent events, compressed by gzip or not, to learn
 * how many tokens it took and whether it came to its end. Never fails, whatever it reads: of an answer that it does not
 * understand, it knows nothing.
 *
 * <p>Not for use by several threads at once.
 */
public final class AnswerReader {
    private static final Logger LOG = Logger.getLogger(AnswerReader.class);
    private static final JsonFields.Paths FIELDS =
            new JsonFields.Paths("type", "usage", "response.usage", "message.usage");
    // Of one piece, lest a small answer fill the memory.
    private static final int LARGEST_INFLATED = 4 * 1024 * 1024;

    private final Protocol protocol;
    private final boolean stream;
    private final TokenCounts tokens = new TokenCounts();
    private final JsonFields fields = new JsonFields(FIELDS, this::take);
    private final EventSplitter events = new EventSplitter(new Events());
    private final EmbeddedChannel inflater;
    private boolean understood = true;
    private boolean closed;

    private boolean lastEvent;
    private boolean failedEvent;
    private boolean terminated;
    private boolean failed;

    /**
     * Creates a reader for one answer.
     *
     * @param protocol the protocol it is of
     * @param contentType its {@code Content-Type}, may be null
     * @param contentEncoding its {@code Content-Encoding}, may be null
     */
    public AnswerReader(Protocol protocol, String contentType, String contentEncoding) {
        this.protocol = protocol;
        this.stream = isEventStream(contentType);
        String encoding =
                contentEncoding == null ? "identity" : contentEncoding.strip().toLowerCase(Locale.ROOT);
        switch (encoding) {
            // Of any number of members: RFC 1952, 2.2.
            case "gzip", "x-gzip" -> inflater = new EmbeddedChannel(new JdkZlibDecoder(true, LARGEST_INFLATED));
            case "identity", "" -> inflater = null;
            default -> {
                inflater = null;
                understood = false;
            }
        }
    }

    /** Whether a {@code Content-Type} is that of server-sent events. */
    public static boolean isEventStream(String contentType) {
        return contentType != null && contentType.regionMatches(true, 0, "text/event-stream", 0, 17);
    }

    /** What the answer has said so far. */
    public TokenCounts tokens() {
        return tokens;
    }

    /** Whether it is a stream of events. */
    public boolean isStream() {
        return stream;
    }

    /** Whether it is a stream whose events can be read, and the last of them has been seen to its end. */
    public boolean isTerminated() {
        return terminated;
    }

    /** Whether it is a stream that can be read. */
    public boolean isReadableStream() {
        return stream && understood;
    }

    /** Whether it is a stream in which the provider has said that it failed. */
    public boolean hasFailed() {
        return failed;
    }

    /** Whether it is a stream into which an event could be put now: readable, uncompressed and between two events. */
    public boolean isBetweenEvents() {
        return stream && understood && inflater == null && events.isBetweenEvents();
    }

    /** Reads the next bytes of the answer, which are not changed. */
    public void read(byte[] bytes, int from, int to) {
        if (!understood || closed) {
            return;
        }
        try {
            if (inflater == null) {
                readPlain(bytes, from, to);
            } else {
                inflate(bytes, from, to);
            }
        } catch (RuntimeException e) {
            LOG.debug("An answer is not understood; its usage is not known", Exceptions.withoutMessages(e));
            understood = false;
        }
    }

    /** Lets go of what inflating took. Closing twice does nothing. */
    public void close() {
        if (closed || inflater == null) {
            return;
        }
        closed = true;
        try {
            inflater.finishAndReleaseAll();
        } catch (RuntimeException e) {
            LOG.debug("A compressed answer was not whole", Exceptions.withoutMessages(e));
        }
    }

    private void inflate(byte[] bytes, int from, int to) {
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
        if (stream) {
            events.read(bytes, from, to);
        } else {
            fields.read(bytes, from, to);
        }
    }

    private void take(String path, byte[] bytes, int length) {
        try {
            if (path.equals("type")) {
                takeType(new String(bytes, 0, length, UTF_8).strip());
            } else if (protocol == Protocol.RESPONSES) {
                tokens.readResponses(bytes, length);
            } else {
                tokens.readMessages(bytes, length);
            }
        } catch (IOException e) {
            LOG.debug("A usage is not understood", Exceptions.withoutMessages(e));
        }
    }

    private void takeType(String type) {
        switch (type) {
            case "\"response.completed\"", "\"response.incomplete\"", "\"message_stop\"" -> lastEvent = true;
            case "\"response.failed\"", "\"error\"" -> {
                lastEvent = true;
                failedEvent = true;
            }
            default -> {
                // One of the many before the end.
            }
        }
    }

    private final class Events implements EventSplitter.Sink {
        @Override
        public void data(byte[] bytes, int from, int to) {
            fields.read(bytes, from, to);
        }

        @Override
        public void end() {
            fields.reset();
            terminated |= lastEvent;
            failed |= failedEvent;
        }
    }
}
