package io.agyn.storage;

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
import org.jspecify.annotations.Nullable;

/**
 * Pages of lists (AIP-158), ordered by (created_at, id). A page token is the last position of its page, so
 * that all pages take the same time.
 */
public final class Paging {
    private static final int TOKEN_BYTES = Long.BYTES * 3;

    /**
     * A request for a page.
     *
     * @param size the number of items; the contract has the default
     * @param token the previous page's next_page_token, or null for the first page
     */
    public record Request(int size, @Nullable String token) {}

    /**
     * A page of a list.
     *
     * @param nextPageToken the start of the next page, or null on the last one
     */
    public record Page<T>(List<T> items, @Nullable String nextPageToken) {
        /** Returns the page with each item converted. */
        public <R> Page<R> map(Function<T, R> mapping) {
            return new Page<>(items.stream().map(mapping).toList(), nextPageToken);
        }
    }

    /**
     * A position in a list, after an item.
     *
     * @param createdAt the item's time, to the microsecond
     * @param id the item's id, which orders items of the same time
     */
    public record Position(Instant createdAt, UUID id) {
        /**
         * Parses a page token.
         *
         * @throws ProblemException {@code invalid_request} if it is invalid
         */
        public static Position of(String token) {
            try {
                byte[] bytes = Base64.getUrlDecoder().decode(token);
                if (bytes.length == TOKEN_BYTES) {
                    ByteBuffer buffer = ByteBuffer.wrap(bytes);
                    Instant createdAt = Instant.EPOCH.plus(buffer.getLong(), ChronoUnit.MICROS);
                    // The server never issues times outside of PostgreSQL's range.
                    if (createdAt.isAfter(Instant.EPOCH) && createdAt.isBefore(Instant.parse("9999-12-31T00:00:00Z"))) {
                        return new Position(createdAt, new UUID(buffer.getLong(), buffer.getLong()));
                    }
                }
            } catch (IllegalArgumentException e) {
                // Not Base64; handled below with all other invalid tokens.
            }
            throw new ProblemException(
                    ProblemKind.INVALID_REQUEST,
                    "The request is invalid; see errors.",
                    List.of(new Violation()
                            .parameter("page_token")
                            .detail("Must be the unchanged next_page_token of the previous page.")));
        }

        /** The token of the page that starts here. */
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
     * @throws ProblemException {@code invalid_request} if the page token is invalid
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
