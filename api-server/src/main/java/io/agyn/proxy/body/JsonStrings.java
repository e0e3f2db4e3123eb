package io.agyn.proxy.body;

/** The escapes of JSON strings (RFC 8259, section 7). */
final class JsonStrings {
    private JsonStrings() {}

    /**
     * Decodes what stands between the quotation marks.
     *
     * @return the text; null where an escape is none, a control character is not escaped, or half of a surrogate pair is
     *     missing
     */
    static String decode(String literal) {
        StringBuilder decoded = new StringBuilder(literal.length());
        int i = 0;
        while (i < literal.length()) {
            char c = literal.charAt(i++);
            if (c < ' ') {
                return null;
            }
            if (c != '\\') {
                decoded.append(c);
                continue;
            }
            if (i == literal.length()) {
                return null;
            }
            char escape = literal.charAt(i++);
            if (escape == 'u') {
                int unit = i + 4 <= literal.length() ? hexadecimal(literal, i) : -1;
                if (unit < 0) {
                    return null;
                }
                decoded.append((char) unit);
                i += 4;
            } else {
                int place = "\"\\/bfnrt".indexOf(escape);
                if (place < 0) {
                    return null;
                }
                decoded.append("\"\\/\b\f\n\r\t".charAt(place));
            }
        }
        return isWhole(decoded) ? decoded.toString() : null;
    }

    private static int hexadecimal(String text, int from) {
        int value = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = Character.digit(text.charAt(i), 16);
            if (digit < 0 || text.charAt(i) > 'f') {
                return -1;
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private static boolean isWhole(CharSequence text) {
        return text.codePoints().noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }
}
