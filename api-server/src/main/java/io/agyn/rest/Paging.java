package io.agyn.rest;

import io.agyn.api.model.Violation;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/**
 * Lists in pages (AIP-158), ordered by (created_at, id). A page token is the position behind which the next page begins,
 * so that a page costs the same wherever it lies.
 */
public final class Paging {
    private static final int TOKEN_BYTES = Long.BYTES * 3;

    /**
     * What a caller asks of a list.
     *
     * @param size the number of items; the contract has the default
     * @param token the next_page_token of the page before, or null for the first page
     */
    public record Request(int size, String token) {}

    /**
     * A page.
     *
     * @param items its items
     * @param nextPageToken where the next page begins, or null on the last one
     */
    public record Page<T>(List<T> items, String nextPageToken) {
        /** The page with each item turned into something else. */
        public <R> Page<R> map(Function<T, R> mapping) {
            return new Page<>(items.stream().map(mapping).toList(), nextPageToken);
        }
    }

    /**
     * A place in a list: behind an item.
     *
     * @param createdAt the time that the list is ordered by, to the microsecond
     * @param id the item's id, which orders items of the same time
     */
    public record Position(Instant createdAt, UUID id) {
        /**
         * Reads a page token.
         *
         * @throws ProblemException {@code invalid_request} where it is none of ours
         */
        public static Position of(String token) {
            try {
                byte[] bytes = Base64.getUrlDecoder().decode(token);
                if (bytes.length == TOKEN_BYTES) {
                    ByteBuffer buffer = ByteBuffer.wrap(bytes);
                    Instant createdAt = Instant.EPOCH.plus(buffer.getLong(), ChronoUnit.MICROS);
                    // What lies outside of PostgreSQL's range was never in a token of ours.
                    if (createdAt.isAfter(Instant.EPOCH) && createdAt.isBefore(Instant.parse("9999-12-31T00:00:00Z"))) {
                        return new Position(createdAt, new UUID(buffer.getLong(), buffer.getLong()));
                    }
                }
            } catch (IllegalArgumentException e) {
                // Not Base64: answered below, as any other token that is none of ours.
            }
            throw new ProblemException(
                    ProblemKind.INVALID_REQUEST,
                    "The request is invalid; errors says where and what to do.",
                    List.of(new Violation()
                            .parameter("page_token")
                            .detail("Give the next_page_token of the page before, as it was answered.")));
        }

        /** The page token of the page that begins here. */
        public String token() {
            ByteBuffer bytes = ByteBuffer.allocate(TOKEN_BYTES)
                    .putLong(ChronoUnit.MICROS.between(Instant.EPOCH, createdAt))
                    .putLong(id.getMostSignificantBits())
                    .putLong(id.getLeastSignificantBits());
            return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
        }
    }

    private Paging() {}

    /**
     * Reads a page.
     *
     * @throws ProblemException {@code invalid_request} where the page token is none of ours
     */
    public static <T extends StoredResource> Page<T> read(
            PanacheRepositoryBase<T, UUID> repository, Selection selection, Request request) {
        String condition = selection.condition();
        Map<String, Object> parameters = new HashMap<>(selection.parameters());
        if (request.token() != null) {
            Position after = Position.of(request.token());
            condition += " and (createdAt, id) > (:afterTime, :afterId)";
            parameters.put("afterTime", after.createdAt());
            parameters.put("afterId", after.id());
        }
        int size = request.size();
        List<T> found = repository
                .find(condition + " order by createdAt, id", parameters)
                .range(0, size)
                .list();
        if (found.size() <= size) {
            return new Page<>(found, null);
        }
        List<T> items = found.subList(0, size);
        T last = items.getLast();
        return new Page<>(items, new Position(last.createdAt, last.id).token());
    }
}
