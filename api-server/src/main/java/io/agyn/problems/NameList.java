package io.agyn.problems;

import java.util.List;

/** Lists names in the detail of a problem. */
public final class NameList {
    // Names have up to 128 characters, and the error must stay readable.
    private static final int MAX_LISTED = 20;

    private NameList() {}

    /** Returns the names, separated by commas; of very many, the first and the number of the rest. */
    public static String of(List<String> names) {
        String first = String.join(", ", names.subList(0, Math.min(names.size(), MAX_LISTED)));
        return names.size() <= MAX_LISTED ? first : first + " and " + (names.size() - MAX_LISTED) + " more";
    }
}
