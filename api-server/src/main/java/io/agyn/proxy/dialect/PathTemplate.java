package io.agyn.proxy.dialect;

import java.util.Optional;

/**
 * A path with ids in some segments: {@code /responses/{id}/cancel}. Paths are compared as sent, and ids are never
 * decoded, so that an id has one spelling here and at the provider.
 */
final class PathTemplate {
    private static final int MAX_ID_LENGTH = 512;

    private final String text;
    private final String[] segments;

    PathTemplate(String text) {
        this.text = text;
        this.segments = text.split("/", -1);
    }

    String text() {
        return text;
    }

    boolean hasId() {
        return text.indexOf('{') >= 0;
    }

    /** Returns the first id in a path that matches; empty for other paths. */
    Optional<String> id(String path) {
        String[] given = path.split("/", -1);
        if (given.length != segments.length) {
            return Optional.empty();
        }
        String id = null;
        for (int i = 0; i < segments.length; i++) {
            boolean isIdExpected = segments[i].startsWith("{");
            if (isIdExpected ? !isId(given[i]) : !segments[i].equals(given[i])) {
                return Optional.empty();
            }
            if (isIdExpected && id == null) {
                id = given[i];
            }
        }
        return Optional.ofNullable(id);
    }

    static boolean isId(String segment) {
        return !segment.isEmpty()
                && segment.length() <= MAX_ID_LENGTH
                && !segment.equals(".")
                && !segment.equals("..")
                && segment.chars().allMatch(PathTemplate::isIdCharacter);
    }

    private static boolean isIdCharacter(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "._~=:@-".indexOf(c) >= 0;
    }
}
