package io.agyn.contract;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses UUIDs in their standard form (RFC 9562, section 4); Java's parser accepts groups of any length. */
public final class Uuids {
    private static final Pattern SHAPE =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private Uuids() {}

    /** Parses a list parameter that was checked against the contract; null if it is missing. */
    public static @Nullable List<UUID> list(@Nullable Collection<String> given) {
        return given == null || given.isEmpty()
                ? null
                : Parameters.items(given).stream().map(UUID::fromString).toList();
    }

    /** Parses a UUID; empty if it is invalid. */
    public static Optional<UUID> parse(String text) {
        return SHAPE.matcher(text).matches() ? Optional.of(UUID.fromString(text)) : Optional.empty();
    }
}
