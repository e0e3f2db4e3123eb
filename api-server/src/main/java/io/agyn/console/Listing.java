package io.agyn.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * A page of a list, or what a search by name finds in all of it.
 *
 * @param items what is shown
 * @param search what is searched for; empty where nothing is
 * @param next the token of the next page, or null
 * @param later whether pages come before this one
 * @param more how many things the search has found beyond those that are shown
 */
public record Listing<T>(List<T> items, String search, String next, boolean later, int more) {
    /** How many things a page shows. */
    public static final int PAGE_SIZE = 25;

    private static final int MOST_AT_ONCE = 1_000;

    /**
     * What the API answers of a list.
     *
     * @param items the items of a page
     * @param next the token of the next page, or null
     */
    public record Slice<T>(List<T> items, String next) {}

    /** Asks the API for a page. */
    public interface Source<T> {
        /** The page of a size behind a token, which is null for the first one. */
        Slice<T> page(int size, String token);
    }

    /** A page of a list, or what a search finds in it. */
    public static <T> Listing<T> of(Source<T> source, Function<T, String> name, String search, String token) {
        if (search == null || search.isBlank()) {
            Slice<T> slice = source.page(PAGE_SIZE, token);
            return new Listing<>(slice.items(), "", slice.next(), token != null, 0);
        }
        String wanted = search.strip().toLowerCase(Locale.ROOT);
        List<T> found = all(source).stream()
                .filter(item -> name.apply(item).toLowerCase(Locale.ROOT).contains(wanted))
                .toList();
        List<T> shown = found.subList(0, Math.min(found.size(), PAGE_SIZE));
        return new Listing<>(shown, search.strip(), null, false, found.size() - shown.size());
    }

    /** A list that is at hand, to page through. */
    public static <T> Source<T> in(List<T> items) {
        return (size, token) -> {
            int start =
                    token == null || !token.matches("[0-9]{1,8}") ? 0 : Math.min(Integer.parseInt(token), items.size());
            int end = Math.min(start + size, items.size());
            return new Slice<>(items.subList(start, end), end < items.size() ? String.valueOf(end) : null);
        };
    }

    /** All of a list. */
    public static <T> List<T> all(Source<T> source) {
        List<T> items = new ArrayList<>();
        String token = null;
        do {
            Slice<T> slice = source.page(MOST_AT_ONCE, token);
            items.addAll(slice.items());
            token = slice.next();
        } while (token != null);
        return items;
    }

    /** Whether there is nothing at all, so that the page says what to do first. */
    public boolean empty() {
        return items.isEmpty() && search.isEmpty() && !later;
    }
}
