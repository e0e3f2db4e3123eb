package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A field of a request that the server reads. Since parsers differ in names that occur twice or in another case, a request
 * may spell it exactly, and once.
 */
public enum RequestField {
    MODEL,
    STORE,
    BACKGROUND,
    PREVIOUS_RESPONSE_ID,
    CONVERSATION,
    /** The type of a WebSocket message. */
    TYPE,
    STREAM_ID,
    RESPONSE_ID,
    /** The id of a conversation that is given as an object. */
    ID,
    /** The requests of a batch. */
    REQUESTS,
    /** The body of a request in a batch. */
    PARAMS;

    /** The longest spelling of any of these names, with each character escaped ({@code \}{@code u006d}). */
    static final int LONGEST_SPELLING = 6 * PREVIOUS_RESPONSE_ID.text().length();

    private final String text = name().toLowerCase(Locale.ROOT);

    /** The name in JSON. */
    public String text() {
        return text;
    }

    /** Whether each character of a name takes one byte, and is not escaped. */
    static boolean isPlain(byte[] name, int length) {
        for (int i = 0; i < length; i++) {
            if (name[i] == '\\' || name[i] < 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns the decoded spelling of a name if any parser could take it for this field; otherwise null.
     *
     * @param isPlain the result of {@link #isPlain}
     */
    @Nullable
    String spelling(byte[] name, int length, boolean isPlain) {
        if (isPlain ? length != text.length() || (name[0] | 0x20) != text.charAt(0) : length < text.length()) {
            return null;
        }
        // Null for an invalid escape, which no parser decodes to this name.
        String spelling = JsonStrings.decode(new String(name, 0, length, UTF_8));
        return spelling != null && spelling.equalsIgnoreCase(text) ? spelling : null;
    }
}
