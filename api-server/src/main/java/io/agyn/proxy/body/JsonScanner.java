package io.agyn.proxy.body;

import java.util.Arrays;

/**
 * Reads along with a JSON object (RFC 8259) that arrives in pieces. Its handler learns the names of the outermost object and of
 * objects that it enters, and the elements of arrays that it enters, and receives the text of the values that it captures;
 * the rest is skipped and not kept.
 *
 * <p>It rejects input that parsers could read in different ways: comments, brackets that do not match, text before or after the
 * object. It does not check the spelling of numbers and the like, where parsers agree. Not thread-safe.
 */
final class JsonScanner {
    /** The treatment of a value. */
    enum Then {
        /** It is skipped. */
        SKIP,
        /** Its text is passed to {@link Handler#value}. */
        CAPTURE,
        /** The names of an object, and the elements of an array, are reported; any other value is skipped. */
        ENTER
    }

    /** Decides which values matter. */
    interface Handler {
        /**
         * A name has been read, as it is spelled between its quotation marks.
         *
         * @param depth 1 in the outermost object
         * @param bytes an array that starts with the name
         */
        Then name(int depth, byte[] bytes, int length) throws MalformedBodyException;

        /**
         * An element of an array that was entered comes next.
         *
         * @param depth the depth of the array
         */
        default Then element(int depth) throws MalformedBodyException {
            return Then.SKIP;
        }

        /** A value that is captured starts with a byte. */
        void start(byte first) throws MalformedBodyException;

        /**
         * A value has been captured.
         *
         * @param bytes an array that starts with the value's JSON text; valid during this call
         * @param start the offset of the value in the input
         */
        void value(byte[] bytes, int length, long start) throws MalformedBodyException;

        /** A value that is captured is longer than the limit; it is skipped. */
        void tooLong() throws MalformedBodyException;

        /** The outermost object (depth 1), or an object or array that was entered, has ended. */
        default void leave(int depth) throws MalformedBodyException {
            // Most handlers do not need it.
        }
    }

    private enum State {
        BEFORE_OBJECT,
        FIRST_NAME_OR_END,
        FIRST_ELEMENT_OR_END,
        NAME,
        IN_NAME,
        COLON,
        VALUE,
        IN_STRING,
        IN_SCALAR,
        NESTED,
        IN_NESTED_STRING,
        COMMA_OR_END,
        AFTER_OBJECT
    }

    private static final byte PLAIN = 1;
    private static final byte SPACE = 2;
    // Outside of strings: white space, commas, colons, and the characters of numbers and the three literals.
    private static final byte[] KINDS = kinds();

    private final Handler handler;
    private final boolean strict;
    private final int depthLimit;
    private final long[] arrays;
    private final byte[] name;
    private final int captureLimit;

    private State state = State.BEFORE_OBJECT;
    private boolean escaped;
    private int depth;
    // The depth of the innermost container that was entered, and its closing bracket.
    private int entered;
    private byte closing = '}';
    private int nameLength;
    private boolean nameTooLong;
    private Then then = Then.SKIP;
    private long offset;
    private long start;
    private boolean empty;

    private boolean capturing;
    private byte[] captured = new byte[128];
    private int capturedLength;
    private int captureFrom;
    private long captureStart;

    /**
     * Creates a scanner.
     *
     * @param strict false to allow a byte order mark, and any character outside of strings, as in NaN
     * @param depthLimit how deep objects and arrays may be nested; the outermost object has depth 1
     * @param nameLimit the longest name that is reported, in bytes
     * @param captureLimit the longest value that is captured, in bytes
     */
    JsonScanner(Handler handler, boolean strict, int depthLimit, int nameLimit, int captureLimit) {
        this.handler = handler;
        this.strict = strict;
        this.depthLimit = depthLimit;
        this.arrays = new long[depthLimit / Long.SIZE + 1];
        this.name = new byte[nameLimit];
        this.captureLimit = captureLimit;
    }

    /** Starts with another object. */
    void reset() {
        state = State.BEFORE_OBJECT;
        escaped = false;
        depth = 0;
        entered = 0;
        closing = '}';
        offset = 0;
        empty = false;
        capturing = false;
    }

    /**
     * Checks that the object has ended.
     *
     * @param member the member that it needs, with its article
     * @throws MalformedBodyException if the object is missing or incomplete
     */
    void requireObject(String member) throws MalformedBodyException {
        if (isBeforeObject()) {
            throw new MalformedBodyException("The body is empty; send a JSON object with " + member + ".");
        }
        if (!isAfterObject()) {
            throw new MalformedBodyException("The body ends in the middle of its JSON object.");
        }
    }

    boolean isBeforeObject() {
        return state == State.BEFORE_OBJECT;
    }

    boolean isAfterObject() {
        return state == State.AFTER_OBJECT;
    }

    /** The offset after the opening bracket of the object, in bytes. */
    long start() {
        return start;
    }

    /** Whether the object has ended without a member. */
    boolean isEmpty() {
        return empty;
    }

    /** The offset of the value that is being captured; the largest number without one. */
    long captureStart() {
        return capturing ? captureStart : Long.MAX_VALUE;
    }

    /**
     * Reads the next bytes.
     *
     * @param from the index of the first
     * @param to the index after the last
     * @throws MalformedBodyException if they are not JSON, or the handler rejects them
     */
    void read(byte[] bytes, int from, int to) throws MalformedBodyException {
        captureFrom = from;
        int i = from;
        while (i < to) {
            switch (state) {
                case IN_STRING -> {
                    i = skipString(bytes, i, to, State.COMMA_OR_END);
                    if (state == State.COMMA_OR_END) {
                        endValue(bytes, i);
                    }
                }
                case IN_NESTED_STRING -> i = skipString(bytes, i, to, State.NESTED);
                case NESTED -> i = skipNested(bytes, i, to);
                case IN_NAME -> i = readName(bytes, i, to);
                default -> {
                    step(bytes, i, offset - from + i);
                    i++;
                }
            }
        }
        if (capturing) {
            capture(bytes, captureFrom, to);
        }
        offset += to - from;
    }

    private void step(byte[] bytes, int i, long at) throws MalformedBodyException {
        byte b = bytes[i];
        boolean space = b >= 0 && KINDS[b] == SPACE;
        switch (state) {
            case BEFORE_OBJECT -> {
                if (b == '{') {
                    depth = 1;
                    entered = 1;
                    start = at + 1;
                    state = State.FIRST_NAME_OR_END;
                } else if (!space && (strict || !isInByteOrderMark(b))) {
                    throw new MalformedBodyException("The body is not a JSON object.");
                }
            }
            case FIRST_NAME_OR_END, NAME -> {
                if (b == '"') {
                    nameLength = 0;
                    nameTooLong = false;
                    state = State.IN_NAME;
                } else if (b == '}' && state == State.FIRST_NAME_OR_END) {
                    empty = depth == 1;
                    leave();
                } else if (!space) {
                    throw MalformedBodyException.unexpected(b, at, "a name in quotation marks");
                }
            }
            case FIRST_ELEMENT_OR_END -> {
                if (b == ']') {
                    leave();
                } else if (!space) {
                    then = handler.element(depth);
                    startValue(b, i, at);
                }
            }
            case COLON -> {
                if (b == ':') {
                    state = State.VALUE;
                } else if (!space) {
                    throw MalformedBodyException.unexpected(b, at, "a colon");
                }
            }
            case VALUE -> {
                if (!space) {
                    startValue(b, i, at);
                }
            }
            case IN_SCALAR -> {
                boolean ends = b == ',' || b == closing || space;
                if (ends) {
                    endValue(bytes, i);
                    endMember(b);
                } else if (strict && (b < 0 || KINDS[b] != PLAIN || b == ':')) {
                    throw MalformedBodyException.unexpected(b, at, commaOrEnd());
                }
            }
            case COMMA_OR_END -> {
                if (b == ',' || b == closing) {
                    endMember(b);
                } else if (!space) {
                    throw MalformedBodyException.unexpected(b, at, commaOrEnd());
                }
            }
            case AFTER_OBJECT -> {
                if (!space) {
                    throw new MalformedBodyException("Unexpected content after the JSON object, at byte " + at + ".");
                }
            }
            case IN_NAME, IN_STRING, NESTED, IN_NESTED_STRING ->
                throw new IllegalStateException("read in runs, not byte by byte: " + state);
        }
    }

    private static boolean isInByteOrderMark(byte b) {
        return b == (byte) 0xEF || b == (byte) 0xBB || b == (byte) 0xBF;
    }

    private void endMember(byte b) throws MalformedBodyException {
        if (b == closing) {
            leave();
        } else if (b != ',') {
            state = State.COMMA_OR_END;
        } else if (closing == '}') {
            state = State.NAME;
        } else {
            state = State.VALUE;
            then = handler.element(depth);
        }
    }

    private void enter(boolean array) throws MalformedBodyException {
        open(array);
        entered = depth;
        closing = (byte) (array ? ']' : '}');
        state = array ? State.FIRST_ELEMENT_OR_END : State.FIRST_NAME_OR_END;
    }

    private void leave() throws MalformedBodyException {
        int left = depth;
        depth--;
        entered--;
        closing = (byte) (entered > 0 && isArray(entered) ? ']' : '}');
        state = depth == 0 ? State.AFTER_OBJECT : State.COMMA_OR_END;
        handler.leave(left);
    }

    private String commaOrEnd() {
        return closing == '}' ? "a comma or the end of the object" : "a comma or the end of the array";
    }

    private void startValue(byte b, int i, long at) throws MalformedBodyException {
        if (then == Then.CAPTURE) {
            handler.start(b);
            capturing = true;
            capturedLength = 0;
            captureFrom = i;
            captureStart = at;
        }
        if (b == '"') {
            state = State.IN_STRING;
        } else if ((b == '{' || b == '[') && then == Then.ENTER) {
            enter(b == '[');
        } else if (b == '{' || b == '[') {
            open(b == '[');
            state = State.NESTED;
        } else if (b != ',' && b != ':' && b != '}' && b != ']' && (!strict || b >= 0 && KINDS[b] == PLAIN)) {
            state = State.IN_SCALAR;
        } else {
            throw MalformedBodyException.unexpected(b, at, "a value");
        }
    }

    private void endValue(byte[] bytes, int end) throws MalformedBodyException {
        if (capturing) {
            capture(bytes, captureFrom, end);
        }
        if (capturing) {
            capturing = false;
            handler.value(captured, capturedLength, captureStart);
        }
    }

    private void capture(byte[] bytes, int from, int to) throws MalformedBodyException {
        int length = to - from;
        if (capturedLength + length > captureLimit) {
            capturing = false;
            handler.tooLong();
            return;
        }
        if (capturedLength + length > captured.length) {
            captured = Arrays.copyOf(captured, Math.max(2 * captured.length, capturedLength + length));
        }
        System.arraycopy(bytes, from, captured, capturedLength, length);
        capturedLength += length;
    }

    private int readName(byte[] bytes, int from, int to) throws MalformedBodyException {
        int i = skipString(bytes, from, to, State.COLON);
        boolean ended = state == State.COLON;
        int length = (ended ? i - 1 : i) - from;
        if (nameLength + length > name.length) {
            nameTooLong = true;
        } else {
            System.arraycopy(bytes, from, name, nameLength, length);
            nameLength += length;
        }
        if (ended) {
            then = nameTooLong ? Then.SKIP : handler.name(depth, name, nameLength);
        }
        return i;
    }

    private int skipString(byte[] bytes, int from, int to, State next) {
        int i = from;
        if (escaped) {
            escaped = false;
            i++;
        }
        while (true) {
            i = JsonStrings.endOfRun(bytes, i, to);
            if (i == to) {
                return i;
            }
            if (bytes[i++] == '"') {
                state = next;
                return i;
            }
            if (i == to) {
                escaped = true;
                return i;
            }
            i++;
        }
    }

    private int skipNested(byte[] bytes, int from, int to) throws MalformedBodyException {
        int i = from;
        while (i < to) {
            byte b = bytes[i++];
            switch (b) {
                case '"' -> {
                    state = State.IN_NESTED_STRING;
                    return i;
                }
                case '{' -> open(false);
                case '[' -> open(true);
                case '}' -> close(false);
                case ']' -> close(true);
                default -> {
                    if (strict && (b < 0 || KINDS[b] == 0)) {
                        throw MalformedBodyException.outsideOfString(b);
                    }
                }
            }
            if (depth == entered) {
                state = State.COMMA_OR_END;
                endValue(bytes, i);
                return i;
            }
        }
        return i;
    }

    private void open(boolean array) throws MalformedBodyException {
        if (depth == depthLimit) {
            throw new MalformedBodyException("The body is nested deeper than " + depthLimit + " levels.");
        }
        int word = depth / Long.SIZE;
        long bit = 1L << depth % Long.SIZE;
        arrays[word] = array ? arrays[word] | bit : arrays[word] & ~bit;
        depth++;
    }

    private void close(boolean array) throws MalformedBodyException {
        if (isArray(depth) != array) {
            throw new MalformedBodyException("The body is not JSON: its brackets do not match.");
        }
        depth--;
    }

    /** Whether the open container at a depth is an array. */
    private boolean isArray(int at) {
        int index = at - 1;
        return (arrays[index / Long.SIZE] & 1L << index % Long.SIZE) != 0;
    }

    private static byte[] kinds() {
        byte[] kinds = new byte[128];
        for (char c : "0123456789+-.eEtrufalsn,:".toCharArray()) {
            kinds[c] = PLAIN;
        }
        for (char c : " \t\r\n".toCharArray()) {
            kinds[c] = SPACE;
        }
        return kinds;
    }
}
