package io.agyn.proxy;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The query of a call as it passes to the provider: unchanged, but for parameters that hold an API token of this server. */
final class PassedQuery {
    private static final String TOKEN_MARK = "agyn_";
    private static final Pattern TOKEN = Pattern.compile("agyn_[0-9A-Za-z]{44}");
    private static final Pattern MALFORMED_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");

    private PassedQuery() {}

    /**
     * The query for the provider.
     *
     * @param query the caller's, without the question mark; null where there is no query
     * @return the query, empty where nothing passes
     */
    static String of(String query) {
        if (query == null) {
            return "";
        }
        if (!query.contains(TOKEN_MARK) && query.indexOf('%') < 0) {
            return query;
        }
        return Stream.of(query.split("&", -1))
                .filter(parameter -> !TOKEN.matcher(decoded(parameter)).find())
                .collect(Collectors.joining("&"));
    }

    /** Whether all characters may be in a URL (RFC 3986, section 2), so that the provider reads the same request line. */
    static boolean isValid(String query) {
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

    /** A malformed escape stands for itself, as providers may read it, and keeps no other from being decoded. */
    private static String decoded(String parameter) {
        return QueryStringDecoder.decodeComponent(
                MALFORMED_ESCAPE.matcher(parameter).replaceAll("%25"));
    }
}
