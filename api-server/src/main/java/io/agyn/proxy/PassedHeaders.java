package io.agyn.proxy;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Which headers pass: all but those of the connection (RFC 9110, section 7.6.1) and, to the provider, those that say who
 * calls and by which way.
 */
final class PassedHeaders {
    private static final Table HOP_BY_HOP = new Table(
            // What no header is called, but is let through by the parser.
            "",
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authentication-info",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings");

    // Host and Content-Length are the proxy's to say, and so is what Expect asks for.
    private static final Table CALLERS_OWN = new Table(
            "authorization",
            "x-api-key",
            "cookie",
            "cookie2",
            "host",
            "content-length",
            "expect",
            "forwarded",
            "via",
            "x-forwarded",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-port",
            "x-forwarded-prefix",
            "x-forwarded-proto",
            "x-forwarded-scheme",
            "x-forwarded-server",
            "x-forwarded-ssl",
            "x-forwarded-user",
            "x-original-forwarded-for",
            "x-original-host",
            "x-original-uri",
            "x-original-url",
            "x-rewrite-url",
            "x-real-ip",
            "x-client-ip",
            "x-cluster-client-ip",
            "true-client-ip",
            "cf-connecting-ip",
            "fastly-client-ip");

    private static final String AGYN = "x-agyn-";

    private PassedHeaders() {}

    /**
     * Copies the headers that a provider may see, and the credentials that it is to see, which win.
     *
     * @param from the caller's
     * @param to the provider's
     * @param credentials with lower-case names
     */
    static void toProvider(MultiMap from, MultiMap to, List<Map.Entry<String, String>> credentials) {
        Set<String> named = namedByConnection(from);
        for (Map.Entry<String, String> header : from) {
            String name = header.getKey();
            if (!HOP_BY_HOP.contains(name)
                    && !CALLERS_OWN.contains(name)
                    && !isOurs(name)
                    && (named.isEmpty() || !named.contains(name.toLowerCase(Locale.ROOT)))) {
                to.add(name, header.getValue());
            }
        }
        for (Map.Entry<String, String> header : credentials) {
            to.set(header.getKey(), header.getValue());
        }
    }

    /**
     * Copies the headers that a caller is to see.
     *
     * @param from the provider's
     * @param to the caller's
     */
    static void toCaller(MultiMap from, MultiMap to) {
        Set<String> named = namedByConnection(from);
        for (Map.Entry<String, String> header : from) {
            String name = header.getKey();
            if (!HOP_BY_HOP.contains(name)
                    && !isOurs(name)
                    && (named.isEmpty() || !named.contains(name.toLowerCase(Locale.ROOT)))) {
                to.add(name, header.getValue());
            }
        }
    }

    private static boolean isOurs(String name) {
        return name.regionMatches(true, 0, AGYN, 0, AGYN.length());
    }

    private static Set<String> namedByConnection(MultiMap headers) {
        String connection = headers.get(HttpHeaderNames.CONNECTION);
        if (connection == null || connection.equalsIgnoreCase("keep-alive") || connection.equalsIgnoreCase("close")) {
            // The only one as a rule; of several, each names headers.
            return headers.getAll(HttpHeaderNames.CONNECTION).size() > 1 ? allNamed(headers) : Set.of();
        }
        return allNamed(headers);
    }

    private static Set<String> allNamed(MultiMap headers) {
        return headers.getAll(HttpHeaderNames.CONNECTION).stream()
                .flatMap(value -> List.of(value.split(",")).stream())
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .collect(java.util.stream.Collectors.toUnmodifiableSet());
    }

    /** Names of headers, compared whatever their case. Few share a length, so that most names cost no comparison. */
    private static final class Table {
        private final String[][] byLength = new String[32][];

        private Table(String... names) {
            for (int length = 0; length < byLength.length; length++) {
                int wanted = length;
                byLength[length] = List.of(names).stream()
                        .filter(name -> name.length() == wanted)
                        .toArray(String[]::new);
            }
        }

        private boolean contains(String name) {
            if (name.length() < byLength.length) {
                for (String candidate : byLength[name.length()]) {
                    if (candidate.equalsIgnoreCase(name)) {
                        return true;
                    }
                }
            }
            return false;
        }
    }
}
