package io.agyn.headers;

import java.util.Optional;

/** The syntax of HTTP header fields (RFC 9110, sections 5.1 and 5.5). */
public final class HeaderSyntax {
    private static final String NAME_PUNCTUATION = "!#$%&'*+-.^_`|~";
    private static final boolean[] NAME_CHARACTERS = nameCharacters();

    private HeaderSyntax() {}

    /** Whether a text is a valid header name: a token of at least one character. */
    public static boolean isName(CharSequence name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c >= NAME_CHARACTERS.length || !NAME_CHARACTERS[c]) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    /**
     * Whether a received value can be forwarded as a header value: no control characters except tabs. Bytes from 0x80
     * are allowed (obs-text), characters beyond Latin-1 are not.
     */
    public static boolean isValue(CharSequence value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7F || c > 0xFF) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns the header value for a stored credential. It drops one trailing line break, which files and pasting
     * leave, and surrounding spaces and tabs, which are not part of a header value.
     *
     * @return the value: visible ASCII characters, with spaces or tabs only between them; empty if no header can
     *     carry the credential
     */
    public static Optional<String> credential(String stored) {
        String value = stored;
        if (value.endsWith("\n")) {
            value = value.substring(0, value.length() - 1);
        }
        if (value.endsWith("\r")) {
            value = value.substring(0, value.length() - 1);
        }
        int start = 0;
        int end = value.length();
        while (start < end && isBlank(value.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(value.charAt(end - 1))) {
            end--;
        }
        for (int i = start; i < end; i++) {
            char c = value.charAt(i);
            if ((c < ' ' || c > '~') && c != '\t') {
                return Optional.empty();
            }
        }
        return start == end ? Optional.empty() : Optional.of(value.substring(start, end));
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static boolean[] nameCharacters() {
        boolean[] allowed = new boolean[128];
        for (char c = 0; c < allowed.length; c++) {
            allowed[c] = c >= '0' && c <= '9'
                    || c >= 'A' && c <= 'Z'
                    || c >= 'a' && c <= 'z'
                    || NAME_PUNCTUATION.indexOf(c) >= 0;
        }
        return allowed;
    }
}
