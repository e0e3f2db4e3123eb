package io.agyn.scripted;

import static java.util.Objects.requireNonNull;

/** A header of a call, also used for accepted credentials. */
public record Header(String name, String value) {

    public Header {
        requireNonNull(name, "name is null");
        requireNonNull(value, "value is null");
    }

    /** Reads {@code name: value}. */
    public static Header parse(String line) {
        int colon = line.indexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("A header must have the form 'name: value', not '%s'".formatted(line));
        }
        return new Header(
                line.substring(0, colon).strip(), line.substring(colon + 1).strip());
    }
}
