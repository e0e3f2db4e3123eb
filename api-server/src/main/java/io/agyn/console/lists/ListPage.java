package io.agyn.console.lists;

import io.agyn.console.routing.Query;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list or of its search results.
 *
 * @param next the token of the next page; null on the last one
 * @param query the URL's query: {@code q} is the search text, {@code page} the token of this page
 */
public record ListPage<T>(List<T> items, @Nullable String next, Query query) {
    public static final int PAGE_SIZE = 25;

    public static final String SEARCH = "q";
    public static final String PAGE = "page";

    /**
     * Items of a list in the API.
     *
     * @param next the token of the next page; null on the last one
     */
    public record Slice<T>(List<T> items, @Nullable String next) {
        /** Whether the list has more items. */
        public boolean more() {
            return next != null;
        }

        /**
         * The names of the items.
         *
         * @param others the last entry if the list has more items
         */
        public List<String> names(Function<T, String> name, String others) {
            Stream<String> names = items.stream().map(name);
            return (more() ? Stream.concat(names, Stream.of(others)) : names).toList();
        }
    }

    /** Reads a list from the API. */
    public interface Source<T> {
        /**
         * Reads one page.
         *
         * @param size the maximum number of items
         * @param token the token of the page; null for the first one
         * @param search part of the items' names; null for all items
         */
        Slice<T> page(int size, @Nullable String token, @Nullable String search);

        default Slice<T> first(int size) {
            return page(size, null, null);
        }
    }

    /** Reads the page that a URL requests. */
    public static <T> ListPage<T> of(Source<T> source, Query query) {
        Slice<T> slice = source.page(PAGE_SIZE, query.optional(PAGE), query.optional(SEARCH));
        return new ListPage<>(slice.items(), slice.next(), query);
    }

    /** The search text, or an empty string. */
    public String search() {
        return query.text(SEARCH);
    }

    /** Whether this is not the first page. */
    public boolean later() {
        return query.has(PAGE);
    }

    /** Whether the list is empty without a search; the page then shows how to create the first one. */
    public boolean empty() {
        return items.isEmpty() && query.isEmpty();
    }
}
