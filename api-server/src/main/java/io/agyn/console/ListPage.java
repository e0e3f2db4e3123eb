package io.agyn.console;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A page of a list, or of what a search finds in it.
 *
 * @param items what is shown
 * @param next the token of the next page, or null
 * @param query what the page's address says: {@code q} what is searched for, {@code page} the token of the page
 */
public record ListPage<T>(List<T> items, String next, Query query) {
    /** How many things a page shows. */
    public static final int PAGE_SIZE = 25;

    static final String SEARCH = "q";
    static final String PAGE = "page";

    /**
     * What the API answers of a list.
     *
     * @param items the items of a page
     * @param next the token of the next page, or null
     */
    public record Slice<T>(List<T> items, String next) {
        /** Whether the items are not all. */
        public boolean more() {
            return next != null;
        }

        /**
         * The names of the items.
         *
         * @param others what stands behind them where they are not all
         */
        public List<String> names(Function<T, String> name, String others) {
            Stream<String> names = items.stream().map(name);
            return (more() ? Stream.concat(names, Stream.of(others)) : names).toList();
        }
    }

    /** Asks the API for a page. */
    public interface Source<T> {
        /**
         * A page.
         *
         * @param size how many items it has at most
         * @param token the token of the page; null for the first one
         * @param search what the items have in their names; null for all
         */
        Slice<T> page(int size, String token, String search);

        /** The first items. */
        default Slice<T> first(int size) {
            return page(size, null, null);
        }
    }

    /** The page of a list that an address asks for. */
    public static <T> ListPage<T> of(Source<T> source, Query query) {
        Slice<T> slice = source.page(PAGE_SIZE, query.optional(PAGE), query.optional(SEARCH));
        return new ListPage<>(slice.items(), slice.next(), query);
    }

    /** What is searched for; empty where nothing is. */
    public String search() {
        return query.text(SEARCH);
    }

    /** Whether pages come before this one. */
    public boolean later() {
        return query.has(PAGE);
    }

    /** Whether there is nothing at all, so that the page says what to do first. */
    public boolean empty() {
        return items.isEmpty() && query.isEmpty();
    }
}
