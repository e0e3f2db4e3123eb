package io.agyn.audit;

import io.agyn.rest.Uuid7;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * What was done, or refused. It names fields and never holds a value of one.
 *
 * @param organizationId the organization that it belongs to, or null where it belongs to none
 * @param id the event's id
 * @param at when, to the microsecond
 * @param operation the operation of the contract, by its id
 * @param outcome whether it was done
 * @param code the problem's code where it was refused, or null
 * @param resourceId what it was done to, or null where that is not one thing or not known
 * @param changedFields the names of the fields that got another value, in alphabetical order
 * @param source who did it, and from where
 */
record Event(
        UUID organizationId,
        UUID id,
        Instant at,
        String operation,
        Outcome outcome,
        String code,
        UUID resourceId,
        List<String> changedFields,
        Source source) {

    /** Stands for no organization among chains. */
    static final UUID NO_ORGANIZATION = new UUID(0, 0);

    /** Whether it was done. */
    enum Outcome {
        DONE,
        DENIED
    }

    /**
     * Who did something, and from where.
     *
     * @param userId the user, or null where the caller is not known
     * @param userName the user's name then, or null
     * @param tokenId the API token, or null
     * @param address the caller's address, or null where it is not known
     * @param userAgent the program, as it calls itself, or null
     * @param requestId the request's id
     */
    record Source(UUID userId, String userName, UUID tokenId, String address, String userAgent, String requestId) {}

    Event {
        changedFields = List.copyOf(changedFields);
    }

    /** The event of what happens at this moment. */
    static Event now(
            UUID organizationId,
            String operation,
            Outcome outcome,
            String code,
            UUID resourceId,
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

    /** The chain that the event is in: its organization's, or the one of what belongs to none. */
    UUID chain() {
        return organizationId == null ? NO_ORGANIZATION : organizationId;
    }

    /**
     * All that the event says, so that no two events have the same bytes.
     *
     * @param sequence the event's place in its chain
     */
    byte[] bytes(long sequence) {
        List<Object> parts = new ArrayList<>(Arrays.asList(
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

    /** Each part with its length before it; null has a length of its own. */
    static byte[] joined(List<?> parts) {
        List<byte[]> texts = parts.stream()
                .map(part -> part == null ? null : part.toString().getBytes(StandardCharsets.UTF_8))
                .toList();
        int length = texts.stream()
                .mapToInt(text -> Integer.BYTES + (text == null ? 0 : text.length))
                .sum();
        ByteBuffer bytes = ByteBuffer.allocate(length);
        for (byte[] text : texts) {
            bytes.putInt(text == null ? -1 : text.length);
            bytes.put(text == null ? new byte[0] : text);
        }
        return bytes.array();
    }
}
