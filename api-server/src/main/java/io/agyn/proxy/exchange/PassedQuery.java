package io.agyn.proxy.exchange;

import io.agyn.tokens.Plaintext;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The query that is sent to the provider: the caller's, without parameters that contain an API token of this server.
 */
public final class PassedQuery {
    private static final Pattern MALFORMED_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");

    private PassedQuery() {}

    /**
     * Returns the query for the provider, empty if nothing is left.
     *
     * @param query the caller's, without the question mark
     */
    public static String of(@Nullable String query) {
        if (query == null) {
            return "";
        }
        if (query.indexOf('%') < 0 && !Plaintext.isContainedIn(query)) {
            return query;
        }
        return Stream.of(query.split("&", -1))
                .filter(parameter -> !Plaintext.isContainedIn(decoded(parameter)))
                .collect(Collectors.joining("&"));
    }

    /**
     * Whether a URL may contain all characters (RFC 3986, section 2), so that the provider reads the same request
     * line.
     */
    static boolean isValid(@Nullable String query) {
        if (query == null) {
            return true;
        }
        for (int i = 0; i < query.length(); i++) {
            if (query.charAt(i) <= ' ' || query.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    /** Keeps malformed escapes as they are, as providers may, and decodes all others. */
    private static String decoded(String parameter) {
        return QueryStringDecoder.decodeComponent(
                MALFORMED_ESCAPE.matcher(parameter).replaceAll("%25"));
    }
}
