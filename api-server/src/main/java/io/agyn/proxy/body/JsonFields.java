package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Picks a few fields out of a JSON object that arrives in pieces, and passes over the rest without keeping it. The object
 * was made by an LLM provider and is not checked: of one that is no JSON, nothing sensible is picked.
 *
 * <p>Not for use by several threads at once.
 */
final class JsonFields {
    /** Takes what was picked. */
    interface Sink {
        /**
         * Takes a field.
         *
         * @param path the field's name, with the name of the field that it stands in before it: {@code response.usage}
         * @param bytes an array that begins with the JSON text of its value
         * @param length how much of the array that is
         */
        void field(String path, byte[] bytes, int length);
    }

    // More than any usage, and less than a text that an answer may hold.
    private static final int LARGEST_VALUE = 64 * 1024;
    private static final int LONGEST_NAME = 32;
    private static final int DEEPEST_NAMED = 2;

    /** The fields to pick, and the names that they are made of. */
    static final class Paths {
        private final Set<String> paths;
        private final String[] names;
        private final byte[][] spelled;

        /**
         * Creates a choice, once for many objects.
         *
         * @param paths the fields, at most one name deep in another
         */
        Paths(String... paths) {
            this.paths = Set.of(paths);
            this.names = Stream.of(paths)
                    .flatMap(path -> Stream.of(path.split("\\.")))
                    .distinct()
                    .toArray(String[]::new);
            this.spelled = Stream.of(names).map(name -> name.getBytes(UTF_8)).toArray(byte[][]::new);
        }

        /** The name, where a field that is picked has it; else an empty one. */
        private String name(byte[] bytes, int length) {
            for (int i = 0; i < names.length; i++) {
                if (length == spelled[i].length
                        && bytes[0] == spelled[i][0]
                        && Arrays.equals(bytes, 0, length, spelled[i], 0, length)) {
                    return names[i];
                }
            }
            return "";
        }
    }

    private final Paths paths;
    private final Sink sink;
    private final String[] names = new String[DEEPEST_NAMED + 1];
    private final boolean[] objects = new boolean[DEEPEST_NAMED + 1];
    private final byte[] name = new byte[LONGEST_NAME];
    private int nameLength;
    private int depth;
    private boolean whole;
    private boolean inString;
    private boolean escaped;
    private boolean isName;
    private boolean nameIsNext;

    private byte[] value = new byte[256];
    private int valueLength;
    private String picked;
    private int pickedDepth;

    /**
     * Creates a reader for one object.
     *
     * @param paths the fields to pick
     * @param sink takes them
     */
    JsonFields(Paths paths, Sink sink) {
        this.paths = paths;
        this.sink = sink;
    }

    /** Begins with another object. */
    void reset() {
        depth = 0;
        whole = false;
        inString = false;
        escaped = false;
        isName = false;
        nameIsNext = false;
        picked = null;
    }

    /** Whether an object has begun and ended. */
    boolean isWhole() {
        return whole && depth == 0;
    }

    /** Reads the next bytes of the object. */
    void read(byte[] bytes, int from, int to) {
        int i = from;
        int keptFrom = from;
        while (i < to) {
            if (inString) {
                i = readString(bytes, i, to);
                continue;
            }
            byte b = bytes[i];
            if (picked != null && depth == pickedDepth && (b == ',' || b == '}')) {
                keep(bytes, keptFrom, i);
                deliver();
            }
            boolean wasPicked = picked != null;
            step(b);
            i++;
            if (!wasPicked && picked != null) {
                keptFrom = i;
            }
        }
        if (picked != null) {
            keep(bytes, keptFrom, to);
        }
    }

    private void step(byte b) {
        switch (b) {
            case '"' -> {
                inString = true;
                isName = nameIsNext;
                nameLength = 0;
            }
            case '{' -> open(true);
            case '[' -> open(false);
            case '}', ']' -> {
                // Never below, whatever the provider has sent.
                whole = depth == 1;
                depth = Math.max(0, depth - 1);
                nameIsNext = false;
            }
            case ',' -> nameIsNext = picked == null && isNamed();
            case ':' -> {
                if (picked == null && isNamed() && names[depth] != null) {
                    pick();
                }
            }
            default -> {
                // White space, or part of a number or literal.
            }
        }
    }

    private void open(boolean object) {
        depth++;
        if (depth <= DEEPEST_NAMED) {
            objects[depth] = object;
            names[depth] = null;
        }
        nameIsNext = picked == null && isNamed();
    }

    private boolean isNamed() {
        return depth >= 1 && depth <= DEEPEST_NAMED && objects[depth];
    }

    private void pick() {
        // Null where an array stands in between.
        if (names[1] == null || names[1].isEmpty() || names[depth].isEmpty()) {
            return;
        }
        String path = depth == 1 ? names[1] : names[1] + "." + names[2];
        if (paths.paths.contains(path)) {
            picked = path;
            pickedDepth = depth;
            valueLength = 0;
        }
    }

    private int readString(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to) {
            if (!isName && !escaped) {
                i = JsonStrings.endOfRun(bytes, i, to);
                if (i == to) {
                    return i;
                }
            }
            byte b = bytes[i++];
            if (escaped) {
                escaped = false;
            } else if (b == '\\') {
                escaped = true;
            } else if (b == '"') {
                inString = false;
                if (isName) {
                    endName();
                }
                return i;
            }
            if (isName && nameLength < LONGEST_NAME) {
                name[nameLength++] = b;
            }
        }
        return i;
    }

    private void endName() {
        names[depth] = nameLength == LONGEST_NAME ? "" : paths.name(name, nameLength);
        isName = false;
        nameIsNext = false;
    }

    private void keep(byte[] bytes, int from, int to) {
        int length = to - from;
        if (valueLength + length > LARGEST_VALUE) {
            valueLength = LARGEST_VALUE + 1;
            return;
        }
        if (valueLength + length > value.length) {
            value = Arrays.copyOf(value, Math.max(2 * value.length, valueLength + length));
        }
        System.arraycopy(bytes, from, value, valueLength, length);
        valueLength += length;
    }

    private void deliver() {
        if (valueLength <= LARGEST_VALUE) {
            sink.field(picked, value, valueLength);
        }
        picked = null;
    }
}
