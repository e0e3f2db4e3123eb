package io.agyn.headers;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A case-insensitive set of header names, for lookups on a hot path. An entry that ends in {@code *} is a prefix. Few
 * names share a length, and few prefixes a first character, so most lookups compare nothing.
 */
public final class HeaderNames {
    private static final String[] NO_NAMES = {};
    private static final int CHARACTERS = 128;

    private final String[][] byLength;
    private final String[][] prefixesByFirst = new String[CHARACTERS][];

    private HeaderNames(Collection<String> entries) {
        int longest = 0;
        List<String> names = new ArrayList<>();
        List<List<String>> prefixes = new ArrayList<>();
        for (int i = 0; i < CHARACTERS; i++) {
            prefixes.add(new ArrayList<>());
        }
        for (String entry : entries) {
            String lower = entry.toLowerCase(Locale.ROOT);
            if (lower.endsWith("*")) {
                prefixes.get(lower.charAt(0)).add(lower.substring(0, lower.length() - 1));
                prefixes.get(Character.toUpperCase(lower.charAt(0))).add(lower.substring(0, lower.length() - 1));
            } else {
                names.add(lower);
                longest = Math.max(longest, lower.length());
            }
        }
        byLength = new String[longest + 1][];
        for (int length = 0; length < byLength.length; length++) {
            int wanted = length;
            byLength[length] =
                    names.stream().filter(name -> name.length() == wanted).toArray(String[]::new);
        }
        for (int i = 0; i < CHARACTERS; i++) {
            prefixesByFirst[i] = prefixes.get(i).toArray(NO_NAMES);
        }
    }

    /** @param entries names, or prefixes of at least one character followed by {@code *} */
    public static HeaderNames of(Collection<String> entries) {
        return new HeaderNames(requireNonNull(entries, "entries is null"));
    }

    /** Splits a comma-separated list. */
    public static List<String> entries(String list) {
        return Stream.of(list.split(","))
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .toList();
    }

    /** Whether a text is a valid entry: a header name, or a prefix of one followed by {@code *}. */
    public static boolean isEntry(String text) {
        return HeaderSyntax.isName(text.endsWith("*") ? text.substring(0, text.length() - 1) : text);
    }

    public boolean contains(String name) {
        if (name.length() < byLength.length) {
            for (String candidate : byLength[name.length()]) {
                if (candidate.equalsIgnoreCase(name)) {
                    return true;
                }
            }
        }
        if (name.isEmpty() || name.charAt(0) >= CHARACTERS) {
            return false;
        }
        for (String prefix : prefixesByFirst[name.charAt(0)]) {
            if (name.regionMatches(true, 0, prefix, 0, prefix.length())) {
                return true;
            }
        }
        return false;
    }
}
