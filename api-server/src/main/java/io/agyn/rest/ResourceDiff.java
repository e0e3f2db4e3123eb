package io.agyn.rest;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The change that a write makes to a resource.
 * @param representation the resource after the write; a missing node after a deletion
 * @param fields the names of the changed fields in alphabetical order: after a create all that have a value, after a delete the numbers of deleted contents
 * @param isShownOnce whether the response contains a value that is shown only once
 */
public record ResourceDiff(JsonNode representation, List<String> fields, boolean isShownOnce) {
    public ResourceDiff {
        requireNonNull(representation, "representation is null");
        fields = List.copyOf(fields);
    }

    /** The id of the resource, if it still exists; for a member, the user's id. */
    public Optional<UUID> id() {
        return Optional.ofNullable(representation.path("id").textValue())
                .or(() -> Optional.ofNullable(representation.path("user_id").textValue()))
                .map(UUID::fromString);
    }
}
