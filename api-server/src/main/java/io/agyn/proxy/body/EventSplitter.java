package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

/**
 * Splits a stream of server-sent events that arrives in pieces, by the rules of the <a
 * href="https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream">HTML standard</a>:
 * lines end in LF, CR or CRLF, an empty line ends an event, and a byte order mark may come first. Only {@code data}
 * fields are passed on; nothing is buffered.
 *
 * <p>Not thread-safe.
 */
public final class EventSplitter {
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final byte[] DATA = "data:".getBytes(US_ASCII);
    private static final byte[] LINE_FEED = {'\n'};

    public interface Sink {
        /**
         * Receives the next part of the current event's data. Several data lines arrive joined by a line feed.
         *
         * @param bytes an array that the sink must neither change nor keep
         * @param from the first byte
         * @param to the index after the last byte
         */
        void data(byte[] bytes, int from, int to);

        /** The current event has ended, perhaps without any data. */
        void end();
    }

    private enum Line {
        FIELD_NAME,
        DATA_BEGINS,
        DATA,
        OTHER
    }

    private final Sink sink;
    private Line line = Line.FIELD_NAME;
    private int matched;
    private int byteOrderMark;
    private boolean lineIsEmpty = true;
    private boolean afterCarriageReturn;
    private boolean hasData;
    private boolean betweenEvents = true;

    public EventSplitter(Sink sink) {
        this.sink = requireNonNull(sink, "sink is null");
    }

    /** Whether the bytes so far end in a whole event, so that another one could be inserted. */
    public boolean isBetweenEvents() {
        return betweenEvents;
    }

    /** Reads the next bytes of the stream. */
    public void read(byte[] bytes, int from, int to) {
        int i = byteOrderMark < BYTE_ORDER_MARK.length ? skipByteOrderMark(bytes, from, to) : from;
        while (i < to) {
            byte b = bytes[i];
            if (b == '\n' && afterCarriageReturn) {
                afterCarriageReturn = false;
                i++;
            } else if (b == '\n' || b == '\r') {
                afterCarriageReturn = b == '\r';
                endLine();
                i++;
            } else {
                afterCarriageReturn = false;
                lineIsEmpty = false;
                betweenEvents = false;
                i = readLine(bytes, i, to);
            }
        }
    }

    /**
     * Ends the stream after its HTTP message has ended properly. This also ends an event whose empty line is missing:
     * the standard drops such an event, but the SDKs of both protocols accept it.
     */
    public void end() {
        if (!betweenEvents) {
            if (!lineIsEmpty) {
                endLine();
            }
            endEvent();
        }
    }

    private int skipByteOrderMark(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to && byteOrderMark < BYTE_ORDER_MARK.length && bytes[i] == BYTE_ORDER_MARK[byteOrderMark]) {
            i++;
            byteOrderMark++;
            betweenEvents = byteOrderMark == BYTE_ORDER_MARK.length;
        }
        if (i < to && byteOrderMark < BYTE_ORDER_MARK.length) {
            if (byteOrderMark > 0) {
                // Part of a mark belongs to the first line's field name, which makes it unknown.
                line = Line.OTHER;
                lineIsEmpty = false;
            }
            byteOrderMark = BYTE_ORDER_MARK.length;
        }
        return i;
    }

    private int readLine(byte[] bytes, int from, int to) {
        int i = from;
        while (line == Line.FIELD_NAME && i < to && !endsLine(bytes[i])) {
            if (bytes[i] != DATA[matched]) {
                line = Line.OTHER;
            } else {
                i++;
                matched++;
                if (matched == DATA.length) {
                    line = Line.DATA_BEGINS;
                }
            }
        }
        if (line == Line.DATA_BEGINS && i < to) {
            beginData();
            i += bytes[i] == ' ' ? 1 : 0;
        }
        int end = i;
        while (end < to && !endsLine(bytes[end])) {
            end++;
        }
        if (line == Line.DATA && end > i) {
            sink.data(bytes, i, end);
        }
        return end;
    }

    private static boolean endsLine(byte b) {
        return b == '\n' || b == '\r';
    }

    private void beginData() {
        line = Line.DATA;
        if (hasData) {
            sink.data(LINE_FEED, 0, 1);
        }
        hasData = true;
    }

    private void endLine() {
        if (lineIsEmpty) {
            endEvent();
        } else if (line == Line.DATA_BEGINS || line == Line.FIELD_NAME && matched == DATA.length - 1) {
            // An empty value, after a colon or without one.
            beginData();
        }
        line = Line.FIELD_NAME;
        matched = 0;
        lineIsEmpty = true;
    }

    private void endEvent() {
        sink.end();
        hasData = false;
        betweenEvents = true;
    }
}
