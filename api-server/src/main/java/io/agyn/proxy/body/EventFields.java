package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one event that arrives as a WebSocket message. They are kept until its end, since only {@code stream_id}, which
 * may come last, shows whose event it is. Their memory is limited: of a repeated field, only the first value is kept. Not
 * thread-safe.
 */
public final class EventFields {
    public static final String TYPE = "type";
    public static final String STREAM_ID = "stream_id";
    public static final String RESPONSE_ID = "response.id";
    public static final String STATUS = "status";

    private static final JsonFields.Paths PATHS =
            new JsonFields.Paths(Stream.concat(Stream.of(ResponseReader.FIELD_PATHS), Stream.of(STREAM_ID))
                    .toArray(String[]::new));
    private static final int LONGEST_TEXT = 256;
    // The largest usage, and some more.
    private static final int MAX_KEPT_BYTES = 96 << 10;
    private static final String ERROR = "error";
    // The reader needs only the start of an error, to see whether it is one.
    private static final int ERROR_BYTES = 3;

    private final JsonFields fields = new JsonFields(PATHS, this::keep);
    private final List<Field> kept = new ArrayList<>(4);
    private int keptBytes;

    private record Field(String path, byte[] value) {}

    private void keep(String path, byte[] bytes, int length) {
        int size = path.equals(ERROR) ? Math.min(length, ERROR_BYTES) : length;
        if (keptBytes + size <= MAX_KEPT_BYTES && !isKept(path)) {
            keptBytes += size;
            kept.add(new Field(path, Arrays.copyOf(bytes, size)));
        }
    }

    private boolean isKept(String path) {
        for (Field field : kept) {
            if (field.path.equals(path)) {
                return true;
            }
        }
        return false;
    }

    /** Reads the next bytes of the event. */
    public void read(byte[] bytes, int from, int to) {
        fields.read(bytes, from, to);
    }

    /** Returns a field's short string without its quotation marks, or its number; null for another value. */
    public @Nullable String text(String path) {
        for (Field field : kept) {
            if (field.path.equals(path)) {
                String text = new String(field.value, US_ASCII);
                boolean isString = text.length() >= 2 && text.charAt(0) == '"';
                return text.indexOf('\\') >= 0 || text.length() > LONGEST_TEXT + 2
                        ? null
                        : isString ? text.substring(1, text.length() - 1) : text;
            }
        }
        return null;
    }

    /** Starts with another event. */
    public void reset() {
        fields.reset();
        kept.clear();
        keptBytes = 0;
    }

    /** Whether part of the event was read. */
    public boolean isStarted() {
        return fields.isStarted();
    }

    boolean isWhole() {
        return fields.isWhole();
    }

    void forEach(JsonFields.Sink sink) {
        for (Field field : kept) {
            sink.field(field.path, field.value, field.value.length);
        }
    }
}
