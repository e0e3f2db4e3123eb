package io.agyn.audit;

import io.agyn.ids.Uuid7;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A completed or denied operation. It names fields, and never contains their values.
 *
 * @param organizationId the organization
 * @param id the event's id
 * @param at the time, to the microsecond
 * @param operation the operation's id in the contract
 * @param outcome whether it completed
 * @param code the problem's code if it was denied
 * @param resourceId the resource, or null if there is not exactly one, or it is unknown
 * @param changedFields the names of the changed fields, in alphabetical order
 * @param source the caller
 */
record Event(
        @Nullable UUID organizationId,
        UUID id,
        Instant at,
        String operation,
        Outcome outcome,
        @Nullable String code,
        @Nullable UUID resourceId,
        List<String> changedFields,
        Source source) {

    /** Stands for no organization in chains. */
    static final UUID NO_ORGANIZATION = new UUID(0, 0);

    enum Outcome {
        DONE,
        DENIED
    }

    /**
     * The caller of an operation.
     *
     * @param userId the user, or null if unknown
     * @param userName the user's name at that time
     * @param tokenId the API token
     * @param address the source address, or null if unknown
     * @param userAgent the User-Agent
     * @param requestId the request's id
     */
    record Source(
            @Nullable UUID userId,
            @Nullable String userName,
            @Nullable UUID tokenId,
            @Nullable String address,
            @Nullable String userAgent,
            String requestId) {}

    Event {
        changedFields = List.copyOf(changedFields);
    }

    /** Creates an event with the current time. */
    static Event now(
            @Nullable UUID organizationId,
            String operation,
            Outcome outcome,
            @Nullable String code,
            @Nullable UUID resourceId,
            List<String> changedFields,
            Source source) {
        return new Event(
                organizationId,
                Uuid7.next(),
                Instant.now().truncatedTo(ChronoUnit.MICROS),
                operation,
                outcome,
                code,
                resourceId,
                changedFields,
                source);
    }

    /** The chain of the event: its organization, or {@link #NO_ORGANIZATION}. */
    UUID chain() {
        return organizationId == null ? NO_ORGANIZATION : organizationId;
    }

    /**
     * Serializes all fields, so that different events have different bytes.
     *
     * @param sequence the event's position in its chain
     */
    byte[] bytes(long sequence) {
        List<@Nullable Object> parts = new ArrayList<>(Arrays.asList(
                chain(),
                sequence,
                id,
                at,
                operation,
                outcome,
                code,
                resourceId,
                source.userId(),
                source.userName(),
                source.tokenId(),
                source.address(),
                source.userAgent(),
                source.requestId()));
        parts.addAll(changedFields);
        return joined(parts);
    }

    /** Each part is prefixed with its length; null has the length -1. */
    static byte[] joined(List<? extends @Nullable Object> parts) {
        List<byte @Nullable []> texts = parts.stream()
                .map(part -> part == null ? null : part.toString().getBytes(StandardCharsets.UTF_8))
                .toList();
        int length = texts.stream()
                .mapToInt(text -> Integer.BYTES + (text == null ? 0 : text.length))
                .sum();
        ByteBuffer bytes = ByteBuffer.allocate(length);
        for (byte @Nullable [] text : texts) {
            bytes.putInt(text == null ? -1 : text.length);
            bytes.put(text == null ? new byte[0] : text);
        }
        return bytes.array();
    }
}
