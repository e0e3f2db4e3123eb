package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;

/**
 * Finds the value of the top-level {@code model} in a JSON object (RFC 8259) that arrives in pieces, without keeping or
 * changing any of it. The key may be spelled with escapes, which every parser undoes.
 *
 * <p>It reads on to the end, since whatever a caller may call is decided by that one value, and parsers differ on which of
 * two they take: a second {@code model}, also in an escaped or differently cased spelling (some parsers ignore case), is
 * refused, and so is what some parsers would read in another way than this one, such as comments, brackets that do not
 * match, or anything after the object. It does not check what makes no such difference: the spelling of numbers, say.
 *
 * <p>Not for use by several threads at once.
 */
public final class ModelLocator {
    private static final String KEY = "model";
    // With each character escaped (\u006d …), the key is no longer.
    private static final int LONGEST_KEY = 6 * KEY.length();
    // A name has at most 128 characters, an escaped one takes at most 12 bytes, and a slug may come before it.
    private static final int LONGEST_MODEL = 4096;

    private enum State {
        BEFORE_OBJECT,
        FIRST_KEY_OR_END,
        KEY,
        IN_KEY,
        COLON,
        VALUE,
        IN_MODEL,
        IN_STRING,
        IN_SCALAR,
        NESTED,
        IN_NESTED_STRING,
        COMMA_OR_END,
        AFTER_OBJECT
    }

    private static final byte PLAIN = 1;
    private static final byte SPACE = 2;
    // What may stand between strings and brackets: white space, commas, colons, numbers and the three literals.
    private static final byte[] KINDS = kinds();

    private final int depthLimit;
    private final long[] arrays;
    private State state = State.BEFORE_OBJECT;
    private boolean escaped;
    private int depth;
    private byte[] text = new byte[64];
    private int textLength;
    private boolean keyTooLong;
    private boolean modelIsNext;
    private long offset;
    private long modelStart = -1;
    private long modelEnd = -1;
    private String model;

    /**
     * Creates a locator for one body.
     *
     * @param depthLimit how deep objects and arrays may be nested, the outermost object being 1
     */
    public ModelLocator(int depthLimit) {
        this.depthLimit = depthLimit;
        this.arrays = new long[depthLimit / Long.SIZE + 1];
    }

    /** Whether the value has been found, and may be asked for. */
    public boolean isFound() {
        return model != null;
    }

    /** The value, decoded. */
    public String model() {
        return model;
    }

    /** Where the value begins, with its quotation mark, in bytes from the beginning of the body. */
    public long modelStart() {
        return modelStart;
    }

    /** Where the value has ended, in bytes from the beginning of the body. */
    public long modelEnd() {
        return modelEnd;
    }

    /**
     * Reads the next bytes.
     *
     * @param bytes an array that holds them
     * @param from the index of the first
     * @param to the index after the last
     * @throws MalformedBodyException where they cannot be passed on
     */
    public void read(byte[] bytes, int from, int to) throws MalformedBodyException {
        int i = from;
        while (i < to) {
            switch (state) {
                case IN_STRING -> i = skipString(bytes, i, to, State.COMMA_OR_END);
                case IN_NESTED_STRING -> i = skipString(bytes, i, to, State.NESTED);
                case NESTED -> i = skipNested(bytes, i, to);
                case IN_KEY -> i = readKey(bytes, i, to);
                case IN_MODEL -> i = readModel(bytes, i, to, offset - from);
                default -> {
                    step(bytes[i], offset - from + i);
                    i++;
                }
            }
        }
        offset += to - from;
    }

    /**
     * Says that there is no more.
     *
     * @throws MalformedBodyException where the object is not whole, or has no {@code model}
     */
    public void end() throws MalformedBodyException {
        if (state == State.BEFORE_OBJECT) {
            throw new MalformedBodyException("The body is empty; send a JSON object with a \"model\".");
        }
        if (state != State.AFTER_OBJECT) {
            throw new MalformedBodyException("The body ends before its JSON object does.");
        }
    }

    private void step(byte b, long at) throws MalformedBodyException {
        boolean space = b >= 0 && KINDS[b] == SPACE;
        switch (state) {
            case BEFORE_OBJECT -> {
                if (b == '{') {
                    depth = 1;
                    state = State.FIRST_KEY_OR_END;
                } else if (!space) {
                    throw new MalformedBodyException("The body is not a JSON object.");
                }
            }
            case FIRST_KEY_OR_END, KEY -> {
                if (b == '"') {
                    textLength = 0;
                    keyTooLong = false;
                    state = State.IN_KEY;
                } else if (b == '}' && state == State.FIRST_KEY_OR_END) {
                    endObject();
                } else if (!space) {
                    throw unexpected(b, at, "a name in quotation marks");
                }
            }
            case COLON -> {
                if (b == ':') {
                    state = State.VALUE;
                } else if (!space) {
                    throw unexpected(b, at, "a colon");
                }
            }
            case VALUE -> {
                if (!space) {
                    beginValue(b, at);
                }
            }
            case IN_SCALAR -> {
                if (b == ',') {
                    state = State.KEY;
                } else if (b == '}') {
                    endObject();
                } else if (space) {
                    state = State.COMMA_OR_END;
                } else if (b < 0 || KINDS[b] != PLAIN || b == ':') {
                    throw unexpected(b, at, "a comma or the end of the object");
                }
            }
            case COMMA_OR_END -> {
                if (b == ',') {
                    state = State.KEY;
                } else if (b == '}') {
                    endObject();
                } else if (!space) {
                    throw unexpected(b, at, "a comma or the end of the object");
                }
            }
            case AFTER_OBJECT -> {
                if (!space) {
                    throw new MalformedBodyException("There is more after the JSON object, at byte " + at + ".");
                }
            }
            case IN_KEY, IN_MODEL, IN_STRING, NESTED, IN_NESTED_STRING ->
                throw new IllegalStateException("read in runs, not byte by byte: " + state);
        }
    }

    private void beginValue(byte b, long at) throws MalformedBodyException {
        if (modelIsNext) {
            if (b != '"') {
                throw new MalformedBodyException("\"model\" must be a string.");
            }
            modelIsNext = false;
            modelStart = at;
            textLength = 0;
            state = State.IN_MODEL;
        } else if (b == '"') {
            state = State.IN_STRING;
        } else if (b == '{' || b == '[') {
            open(b == '[');
            state = State.NESTED;
        } else if (b >= 0 && KINDS[b] == PLAIN && b != ',' && b != ':') {
            state = State.IN_SCALAR;
        } else {
            throw unexpected(b, at, "a value");
        }
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
                    if (b < 0 || KINDS[b] == 0) {
                        throw new MalformedBodyException(
                                "The body is not JSON: " + character(b) + " stands outside of" + " a string.");
                    }
                }
            }
            if (depth == 1) {
                state = State.COMMA_OR_END;
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
        depth--;
        boolean opened = (arrays[depth / Long.SIZE] & 1L << depth % Long.SIZE) != 0;
        if (opened != array) {
            throw new MalformedBodyException("The body is not JSON: its brackets do not match.");
        }
    }

    private void endObject() throws MalformedBodyException {
        if (model == null) {
            throw new MalformedBodyException("\"model\" is missing; give the name of one of your models.");
        }
        state = State.AFTER_OBJECT;
    }

    private int readKey(byte[] bytes, int from, int to) throws MalformedBodyException {
        int i = skipString(bytes, from, to, State.COLON);
        int end = state == State.COLON ? i - 1 : i;
        if (textLength + end - from > LONGEST_KEY) {
            keyTooLong = true;
        } else {
            keep(bytes, from, end);
        }
        if (state == State.COLON && !keyTooLong) {
            noteKey();
        }
        return i;
    }

    private void noteKey() throws MalformedBodyException {
        if (textLength < KEY.length() || textLength > KEY.length() && !isEscaped()) {
            return;
        }
        // What cannot be decoded is no spelling of it.
        String key = JsonStrings.decode(new String(text, 0, textLength, UTF_8));
        if (key == null || !key.equalsIgnoreCase(KEY)) {
            return;
        }
        if (modelStart >= 0) {
            throw new MalformedBodyException("\"model\" is given twice; give it once.");
        }
        if (!key.equals(KEY)) {
            throw new MalformedBodyException("\"" + key + "\" may be taken for \"model\"; spell it \"model\".");
        }
        modelIsNext = true;
    }

    private boolean isEscaped() {
        for (int i = 0; i < textLength; i++) {
            if (text[i] == '\\') {
                return true;
            }
        }
        return false;
    }

    private int readModel(byte[] bytes, int from, int to, long base) throws MalformedBodyException {
        int i = skipString(bytes, from, to, State.COMMA_OR_END);
        boolean ended = state == State.COMMA_OR_END;
        int end = ended ? i - 1 : i;
        if (textLength + end - from > LONGEST_MODEL) {
            throw new MalformedBodyException("\"model\" is too long for the name of a model.");
        }
        keep(bytes, from, end);
        if (ended) {
            modelEnd = base + i;
            model = decodeModel();
        }
        return i;
    }

    private String decodeModel() throws MalformedBodyException {
        String literal;
        try {
            literal = UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(text, 0, textLength))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedBodyException("\"model\" is not valid UTF-8.");
        }
        String decoded = JsonStrings.decode(literal);
        if (decoded == null) {
            throw new MalformedBodyException("\"model\" is not a valid JSON string.");
        }
        if (decoded.isEmpty()) {
            throw new MalformedBodyException("\"model\" is empty; give the name of one of your models.");
        }
        return decoded;
    }

    private void keep(byte[] bytes, int from, int to) {
        int length = to - from;
        if (textLength + length > text.length) {
            text = Arrays.copyOf(text, Math.max(2 * text.length, textLength + length));
        }
        System.arraycopy(bytes, from, text, textLength, length);
        textLength += length;
    }

    private static MalformedBodyException unexpected(byte b, long at, String wanted) {
        return new MalformedBodyException(
                "The body is not JSON: at byte " + at + " " + wanted + " was expected, not " + character(b) + ".");
    }

    private static String character(byte b) {
        return b > ' ' && b < 0x7F ? "\"" + (char) b + "\"" : "byte 0x%02X".formatted(b);
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
