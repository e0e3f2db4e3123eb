package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.agyn.proxy.body.JsonScanner.Then;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Picks a few fields out of a JSON object that arrives in pieces. The object comes from an LLM provider: after an error, the
 * rest of it is ignored. Names are compared as they are spelled, since providers do not escape them. Not thread-safe.
 */
final class JsonFields {
    /** Receives the fields. */
    interface Sink {
        /**
         * Receives a field.
         *
         * @param path the field's name after those of the objects around it, as in {@code response.usage}
         * @param bytes an array that starts with the JSON text of its value; valid during this call
         * @param length the length of the text
         */
        void field(String path, byte[] bytes, int length);
    }

    // Longer than any usage, and shorter than a text that a response may hold.
    private static final int LONGEST_VALUE = 64 * 1024;
    private static final int LONGEST_NAME = 32;
    private static final int DEPTH_LIMIT = 1_000;

    /** The fields to pick. */
    static final class Paths {
        private final Field root = new Field(new byte[0], null);

        /**
         * Creates paths, once for many objects.
         *
         * @param paths names, each after those of the objects around it, with periods between
         */
        Paths(String... paths) {
            for (String path : paths) {
                Field field = root;
                for (String name : path.split("\\.")) {
                    field = field(field, name);
                }
                field.path = path;
            }
        }

        private static Field field(Field parent, String name) {
            byte[] bytes = name.getBytes(UTF_8);
            Field field = find(parent.fields, bytes, bytes.length);
            if (field == null) {
                field = new Field(bytes, parent);
                parent.fields.add(field);
            }
            return field;
        }
    }

    private static final class Field {
        private final byte[] name;
        private final Field parent;
        private final int depth;
        private final List<Field> fields = new ArrayList<>();
        private @Nullable String path;

        /** @param parent null for the outermost object */
        Field(byte[] name, @Nullable Field parent) {
            this.name = name;
            this.parent = parent == null ? this : parent;
            this.depth = parent == null ? 0 : parent.depth + 1;
        }

        boolean isNamed(byte[] bytes, int length) {
            return length == name.length && bytes[0] == name[0] && Arrays.equals(bytes, 0, length, name, 0, length);
        }
    }

    /** Returns null for an unknown name. */
    private static @Nullable Field find(List<Field> fields, byte[] name, int length) {
        for (int i = 0; i < fields.size(); i++) {
            if (fields.get(i).isNamed(name, length)) {
                return fields.get(i);
            }
        }
        return null;
    }

    private final Paths paths;
    private final Sink sink;
    private final JsonScanner scanner;
    private boolean failed;

    /**
     * Creates a reader.
     *
     * @param paths the fields to pick
     * @param sink receives them
     */
    JsonFields(Paths paths, Sink sink) {
        this.paths = paths;
        this.sink = sink;
        this.scanner = new JsonScanner(new Handler(), false, DEPTH_LIMIT, LONGEST_NAME, LONGEST_VALUE);
    }

    /** Starts with another object. */
    void reset() {
        scanner.reset();
        failed = false;
    }

    /** Whether something other than white space has been read. */
    boolean isStarted() {
        return failed || !scanner.isBeforeObject();
    }

    /** Whether an object has been read to its end. */
    boolean isWhole() {
        return scanner.isAfterObject();
    }

    /** Reads the next bytes of the object. */
    void read(byte[] bytes, int from, int to) {
        if (failed) {
            return;
        }
        try {
            scanner.read(bytes, from, to);
        } catch (MalformedBodyException e) {
            failed = true;
        }
    }

    private final class Handler implements JsonScanner.Handler {
        // The object whose names are read, or a value of another type before them.
        private Field level = paths.root;
        private String path = "";

        @Override
        public Then name(int depth, byte[] bytes, int length) {
            while (level.depth >= depth) {
                level = level.parent;
            }
            Field field = find(level.fields, bytes, length);
            if (field == null) {
                return Then.SKIP;
            }
            if (field.path != null) {
                path = field.path;
                return Then.CAPTURE;
            }
            level = field;
            return Then.ENTER;
        }

        @Override
        public void start(byte first) {
            // Any value is picked.
        }

        @Override
        public void value(byte[] bytes, int length, long start) {
            sink.field(path, bytes, length);
        }

        @Override
        public void tooLong() {
            // Not a usage.
        }
    }
}
