package io.agyn.console.code;

import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;

/** The label of a resource in a Terraform configuration. */
final class Label {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z][A-Za-z0-9 @._-]*");
    private static final int END = 6;

    private Label() {}

    /**
     * A label from a unique name. If the name has characters that a label cannot have, the end of the id makes it unique.
     */
    static String of(String name, UUID id) {
        return PLAIN.matcher(name).matches() ? cleaned(name) : numbered(name, id);
    }

    /** A label from a name that is not unique. */
    static String numbered(String name, UUID id) {
        // The end of a UUIDv7 is random.
        String end = id.toString().substring(36 - END);
        String cleaned = cleaned(name).replaceFirst("^[^a-z]+", "");
        return (cleaned.isEmpty() ? "a" : cleaned) + "_" + end;
    }

    private static String cleaned(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]+", "_").replaceFirst("_+$", "");
    }
}
