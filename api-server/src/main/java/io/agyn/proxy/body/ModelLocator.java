package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.agyn.proxy.body.JsonScanner.Then;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the value of the top-level {@code model} in a request body that arrives in pieces, without keeping or changing it.
 *
 * <p>The value decides which model is called, so the whole body is read. A body that providers could read in another way is
 * rejected: one with a second {@code model}, also in an escaped spelling or another case (some parsers ignore case), and
 * all input that {@link JsonScanner} rejects. Not thread-safe.
 */
public final class ModelLocator {
    private static final String NAME = "model";
    // With each character escaped (\u006d …).
    private static final int LONGEST_NAME = 6 * NAME.length();
    // A name has at most 128 characters, an escaped one takes at most 12 bytes, and a slug may come before it.
    private static final int LONGEST_MODEL = 4096;

    private final JsonScanner scanner;
    private long modelStart = -1;
    private long modelEnd = -1;
    private @Nullable String model;

    /**
     * Creates a locator for one body.
     *
     * @param depthLimit how deep objects and arrays may be nested; the outermost object has depth 1
     */
    public ModelLocator(int depthLimit) {
        this.scanner = new JsonScanner(new Handler(), true, depthLimit, LONGEST_NAME, LONGEST_MODEL + 2);
    }

    public boolean isFound() {
        return model != null;
    }

    /** The value, decoded; null before it is found. */
    public @Nullable String model() {
        return model;
    }

    /** The offset of the value's opening quotation mark in the body, in bytes. */
    public long modelStart() {
        return modelStart;
    }

    /** The offset after the value's closing quotation mark. */
    public long modelEnd() {
        return modelEnd;
    }

    /**
     * Reads the next bytes.
     *
     * @param from the index of the first
     * @param to the index after the last
     * @throws MalformedBodyException if the body must not be passed on
     */
    public void read(byte[] bytes, int from, int to) throws MalformedBodyException {
        scanner.read(bytes, from, to);
    }

    /**
     * Ends the body.
     *
     * @throws MalformedBodyException if the object is not complete
     */
    public void end() throws MalformedBodyException {
        if (scanner.isBeforeObject()) {
            throw new MalformedBodyException("The body is empty; send a JSON object with a \"model\".");
        }
        if (!scanner.isAfterObject()) {
            throw new MalformedBodyException("The body ends in the middle of its JSON object.");
        }
    }

    private final class Handler implements JsonScanner.Handler {
        private boolean isNamed;

        @Override
        public Then name(int depth, byte[] bytes, int length) throws MalformedBodyException {
            if (length < NAME.length() || length > NAME.length() && !isEscaped(bytes, length)) {
                return Then.SKIP;
            }
            // Null for an invalid escape, which no parser decodes to this name.
            String name = JsonStrings.decode(new String(bytes, 0, length, UTF_8));
            if (name == null || !name.equalsIgnoreCase(NAME)) {
                return Then.SKIP;
            }
            if (isNamed) {
                throw new MalformedBodyException("\"model\" is duplicated.");
            }
            if (!name.equals(NAME)) {
                throw new MalformedBodyException("\"" + name + "\" could be read as \"model\"; write \"model\".");
            }
            isNamed = true;
            return Then.CAPTURE;
        }

        @Override
        public void start(byte first) throws MalformedBodyException {
            if (first != '"') {
                throw new MalformedBodyException("\"model\" must be a string.");
            }
        }

        @Override
        public void value(byte[] bytes, int length, long start) throws MalformedBodyException {
            modelStart = start;
            modelEnd = start + length;
            model = decode(bytes, 1, length - 2);
        }

        @Override
        public void tooLong() throws MalformedBodyException {
            throw new MalformedBodyException("\"model\" is longer than any model name.");
        }

        @Override
        public void end() throws MalformedBodyException {
            if (model == null) {
                throw new MalformedBodyException("\"model\" is missing; set it to the name of one of your models.");
            }
        }
    }

    private static boolean isEscaped(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\\') {
                return true;
            }
        }
        return false;
    }

    private static String decode(byte[] bytes, int from, int length) throws MalformedBodyException {
        String literal;
        try {
            literal = UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(bytes, from, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedBodyException("\"model\" is not valid UTF-8.");
        }
        String decoded = JsonStrings.decode(literal);
        if (decoded == null) {
            throw new MalformedBodyException("\"model\" is not a valid JSON string.");
        }
        if (decoded.isEmpty()) {
            throw new MalformedBodyException("\"model\" is empty; set it to the name of one of your models.");
        }
        return decoded;
    }
}
