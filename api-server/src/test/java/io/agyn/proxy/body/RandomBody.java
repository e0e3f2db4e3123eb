package io.agyn.proxy.body;

import java.util.List;
import java.util.Random;

/** A JSON object with one top-level {@code model}, among other random members. */
public final class RandomBody {
    private static final List<String> KEYS =
            List.of("input", "modell", "mode", "x", "", "Größe", "a\\\"b", "\\u006dode");
    private static final List<String> NUMBERS =
            List.of("0", "-0", "12345678901234567890123", "1e400", "-1.5E-7", "0.10", "1E+2");
    private static final List<String> CHARACTERS =
            List.of("a", "model", "{", "}", "[", "]", ",", ":", "/", "é", "名", "😀", "\u2028", "\u007f", " ");
    private static final List<String> ESCAPES =
            List.of("\\\"", "\\\\", "\\/", "\\n", "\\u00e9", "\\ud83d\\ude00", "\\u0000", "\\t", "\\\\\\\"");
    private static final String DECODED_ESCAPES = "\"|\\|/|\n|é|😀|\0|\t|\\\"";

    private final Random random;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder model = new StringBuilder();
    private int modelStart;
    private int modelEnd;

    public RandomBody(Random random) {
        this.random = random;
        space();
        text.append('{');
        int before = random.nextInt(5);
        int after = random.nextInt(5);
        for (int i = 0; i < before; i++) {
            member(4);
            text.append(',');
        }
        writeModel();
        for (int i = 0; i < after; i++) {
            text.append(',');
            member(4);
        }
        text.append('}');
        space();
    }

    /** The complete body. */
    public String text() {
        return text.toString();
    }

    /** The model's value, decoded. */
    public String model() {
        return model.toString();
    }

    public int modelStart() {
        return modelStart;
    }

    public int modelEnd() {
        return modelEnd;
    }

    private void writeModel() {
        space();
        text.append(random.nextInt(4) == 0 ? "\"m\\u006fdel\"" : "\"model\"");
        space();
        text.append(':');
        space();
        modelStart = text.length();
        text.append('"');
        int length = 1 + random.nextInt(20);
        for (int i = 0; i < length; i++) {
            if (random.nextInt(3) == 0) {
                int escape = random.nextInt(ESCAPES.size());
                text.append(ESCAPES.get(escape));
                model.append(DECODED_ESCAPES.split("\\|")[escape]);
            } else {
                String plain = pick(CHARACTERS);
                text.append(plain);
                model.append(plain);
            }
        }
        text.append('"');
        modelEnd = text.length();
        space();
    }

    private void member(int depth) {
        space();
        text.append('"').append(pick(KEYS)).append('"');
        value(depth);
    }

    private void value(int depth) {
        space();
        text.append(':');
        element(depth);
    }

    private void element(int depth) {
        space();
        switch (random.nextInt(depth == 0 ? 4 : 7)) {
            case 0 -> text.append(pick(NUMBERS));
            case 1 -> text.append(pick(List.of("true", "false", "null")));
            case 2, 3 -> string();
            case 4 -> {
                text.append('[');
                int length = random.nextInt(4);
                for (int i = 0; i < length; i++) {
                    text.append(i == 0 ? "" : ",");
                    element(depth - 1);
                }
                text.append(']');
            }
            default -> {
                text.append('{');
                int length = random.nextInt(4);
                for (int i = 0; i < length; i++) {
                    text.append(i == 0 ? "" : ",");
                    if (random.nextInt(3) == 0) {
                        text.append("\"model\"");
                        value(depth - 1);
                    } else {
                        member(depth - 1);
                    }
                }
                text.append('}');
            }
        }
        space();
    }

    private void string() {
        text.append('"');
        int length = random.nextInt(random.nextInt(10) == 0 ? 2_000 : 10);
        for (int i = 0; i < length; i++) {
            text.append(pick(random.nextInt(4) == 0 ? ESCAPES : CHARACTERS));
        }
        text.append('"');
    }

    private void space() {
        while (random.nextInt(3) == 0) {
            text.append(" \t\r\n".charAt(random.nextInt(4)));
        }
    }

    private String pick(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
