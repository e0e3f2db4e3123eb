package io.agyn.contract;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** Reads UUIDs as they are written (RFC 9562, 4); Java's own parser takes groups of any length. */
public final class Uuids {
    private static final Pattern SHAPE =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private Uuids() {}

    /** The UUIDs that a list in a parameter holds, which was held against the contract; null where it is not given. */
    public static List<UUID> list(Collection<String> given) {
        return given == null || given.isEmpty()
                ? null
                : Parameters.items(given).stream().map(UUID::fromString).toList();
    }

    /** The UUID; nothing where the text is none. */
    public static Optional<UUID> parse(String text) {
        return SHAPE.matcher(text).matches() ? Optional.of(UUID.fromString(text)) : Optional.empty();
    }
}
