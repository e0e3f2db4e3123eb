package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.agyn.proxy.body.JsonScanner.Then;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Finds the top-level {@code model}, and other top-level fields, of a JSON object.
 *
 * <p>They decide which model is called and which stored object is used, so the whole body is read. A body that providers could
 * read in another way is rejected: one with a second {@code model}, also in an escaped spelling or another case (some parsers
 * ignore case), and all input that {@link JsonScanner} rejects.
 */
public final class RequestFields implements RequestScanner {
    // A name has at most 128 characters, an escaped one takes at most 12 bytes, and a slug may come before it.
    static final int LONGEST_VALUE = 4096;
    // An id or name, its quotation marks included.
    static final int CAPTURE_LIMIT = LONGEST_VALUE + 2;

    private static final RequestField[] MESSAGES = {RequestField.MODEL};
    private static final RequestField[] RESPONSES = {
        RequestField.MODEL,
        RequestField.STORE,
        RequestField.BACKGROUND,
        RequestField.PREVIOUS_RESPONSE_ID,
        RequestField.CONVERSATION
    };
    private static final RequestField[] SOCKET_MESSAGE = {
        RequestField.MODEL,
        RequestField.STORE,
        RequestField.BACKGROUND,
        RequestField.PREVIOUS_RESPONSE_ID,
        RequestField.CONVERSATION,
        RequestField.TYPE,
        RequestField.STREAM_ID,
        RequestField.RESPONSE_ID
    };
    private static final RequestField[] CONVERSATION = {RequestField.ID};

    private final RequestField[] fields;
    private final int depthLimit;
    private final JsonScanner scanner;
    private @Nullable String model;
    private @Nullable Edit edit;
    private boolean isRoutable;
    // Null until there is one, since most calls have none.
    private @Nullable Map<RequestField, String> values;
    private @Nullable Queue<Reference> references;

    private RequestFields(RequestField[] fields, int depthLimit) {
        this.fields = fields;
        this.depthLimit = depthLimit;
        this.scanner = new JsonScanner(new Handler(), true, depthLimit, RequestField.LONGEST_SPELLING, CAPTURE_LIMIT);
    }

    /**
     * Reads a call of the Responses protocol.
     *
     * @param depthLimit how deep objects and arrays may be nested; the outermost object has depth 1
     */
    public static RequestFields ofResponses(int depthLimit) {
        return new RequestFields(RESPONSES, depthLimit);
    }

    /** Reads a call of the Messages protocol. */
    public static RequestFields ofMessages(int depthLimit) {
        return new RequestFields(MESSAGES, depthLimit);
    }

    /** Reads a message of a WebSocket of the Responses protocol. */
    public static RequestFields ofSocketMessage(int depthLimit) {
        return new RequestFields(SOCKET_MESSAGE, depthLimit);
    }

    @Override
    public void read(byte[] bytes, int from, int to) throws MalformedBodyException {
        scanner.read(bytes, from, to);
    }

    @Override
    public void end() throws MalformedBodyException {
        scanner.requireObject("a \"model\"");
    }

    @Override
    public boolean isRoutable() {
        return isRoutable;
    }

    @Override
    public @Nullable String model() {
        return model;
    }

    @Override
    public boolean hasReference() {
        return references != null && !references.isEmpty();
    }

    @Override
    public @Nullable Reference takeReference() {
        return references == null ? null : references.poll();
    }

    @Override
    public @Nullable Edit takeEdit() {
        Edit taken = edit;
        edit = null;
        return taken;
    }

    @Override
    public boolean isSettled() {
        return isRoutable && edit == null;
    }

    @Override
    public long heldFrom() {
        // The only edit is known when the body becomes routable.
        return Long.MAX_VALUE;
    }

    @Override
    public @Nullable String value(RequestField field) {
        return values == null ? null : values.get(field);
    }

    private void refer(RequestField field, String id) {
        if (references == null) {
            references = new ArrayDeque<>();
        }
        references.add(new Reference(field, field.text(), id));
    }

    private void keep(RequestField field, String value) {
        if (values == null) {
            values = new EnumMap<>(RequestField.class);
        }
        values.put(field, value);
    }

    private final class Handler implements JsonScanner.Handler {
        // A bit for each field that was named.
        private int named;
        private RequestField field = RequestField.MODEL;

        @Override
        public Then name(int depth, byte[] bytes, int length) throws MalformedBodyException {
            boolean isPlain = RequestField.isPlain(bytes, length);
            for (RequestField candidate : fields) {
                String spelling = candidate.spelling(bytes, length, isPlain);
                if (spelling != null) {
                    check(candidate, spelling);
                    field = candidate;
                    return Then.CAPTURE;
                }
            }
            return Then.SKIP;
        }

        private void check(RequestField candidate, String spelling) throws MalformedBodyException {
            int bit = 1 << candidate.ordinal();
            if ((named & bit) != 0) {
                throw duplicated(candidate);
            }
            named |= bit;
            requireExact(candidate, spelling);
        }

        @Override
        public void start(byte first) throws MalformedBodyException {
            boolean isAllowed =
                    switch (field) {
                        case MODEL -> first == '"';
                        case CONVERSATION -> first == '"' || first == '{' || first == 'n';
                        case STORE, BACKGROUND -> true;
                        default -> first == '"' || first == 'n';
                    };
            if (!isAllowed) {
                throw new MalformedBodyException("\"" + field.text() + "\" must be a string.");
            }
        }

        @Override
        public void value(byte[] bytes, int length, long start) throws MalformedBodyException {
            switch (field) {
                case MODEL -> {
                    model = decode(field.text(), bytes, length);
                    edit = new Edit(start, start + length, model, false);
                    isRoutable = true;
                }
                case STORE, BACKGROUND -> keep(field, new String(bytes, 0, length, UTF_8));
                default -> {
                    String id = bytes[0] == '{' ? idIn(bytes, length) : idAt(bytes, length);
                    if (id != null) {
                        keep(field, id);
                        if (field == RequestField.PREVIOUS_RESPONSE_ID || field == RequestField.CONVERSATION) {
                            refer(field, id);
                        }
                    }
                }
            }
        }

        private @Nullable String idAt(byte[] bytes, int length) throws MalformedBodyException {
            return bytes[0] == '"' ? decode(field.text(), bytes, length) : null;
        }

        private @Nullable String idIn(byte[] object, int length) throws MalformedBodyException {
            RequestFields inner = new RequestFields(CONVERSATION, depthLimit);
            inner.read(object, 0, length);
            return inner.value(RequestField.ID);
        }

        @Override
        public void tooLong() throws MalformedBodyException {
            throw RequestFields.tooLong(field.text());
        }

        @Override
        public void leave(int depth) {
            if (!isRoutable) {
                isRoutable = true;
                edit = new Edit(scanner.start(), scanner.start(), null, scanner.isEmpty());
            }
        }
    }

    static MalformedBodyException duplicated(RequestField field) {
        return new MalformedBodyException("\"" + field.text() + "\" is duplicated.");
    }

    static void requireExact(RequestField field, String spelling) throws MalformedBodyException {
        if (!spelling.equals(field.text())) {
            throw new MalformedBodyException(
                    "\"" + spelling + "\" could be read as \"" + field.text() + "\"; write \"" + field.text() + "\".");
        }
    }

    static MalformedBodyException tooLong(String parameter) {
        return new MalformedBodyException("\"" + parameter + "\" is longer than " + LONGEST_VALUE + " bytes.");
    }

    /**
     * Decodes a string.
     *
     * @param parameter the name of its field
     * @param bytes an array that starts with the string's JSON text
     */
    static String decode(String parameter, byte[] bytes, int length) throws MalformedBodyException {
        String literal;
        try {
            literal = UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 1, length - 2))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedBodyException("\"" + parameter + "\" is not valid UTF-8.");
        }
        String decoded = JsonStrings.decode(literal);
        if (decoded == null) {
            throw new MalformedBodyException("\"" + parameter + "\" is not a valid JSON string.");
        }
        if (decoded.isEmpty()) {
            throw new MalformedBodyException("\"" + parameter + "\" is empty.");
        }
        return decoded;
    }
}
