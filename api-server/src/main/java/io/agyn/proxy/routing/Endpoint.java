package io.agyn.proxy.routing;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An LLM provider's endpoint, taken apart.
 *
 * @param tls whether it is called by https
 * @param host the host, an IPv6 address without its brackets
 * @param port the port
 * @param origin scheme, host and port, the same for all spellings: what the calls to a provider are counted by
 * @param path the path before {@code /responses} and {@code /messages}, without a slash at its end
 */
public record Endpoint(boolean tls, String host, int port, String origin, String path) {
    // Not java.net.URI, which knows no host with an underscore, as containers are called.
    private static final Pattern PARTS = Pattern.compile("(https?)://(\\[[^]]+]|[^:/]+)(?::([0-9]+))?(/.*)?");
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    /** Takes a stored endpoint apart; one without a path gets {@code /v1}. */
    public static Endpoint of(String text) {
        Matcher parts = PARTS.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not an endpoint: " + text);
        }
        boolean tls = parts.group(1).equals("https");
        String host = parts.group(2);
        int defaultPort = tls ? HTTPS_PORT : HTTP_PORT;
        int port = parts.group(3) == null ? defaultPort : Integer.parseInt(parts.group(3));
        String path = parts.group(4) == null ? "" : parts.group(4).replaceAll("/+$", "");
        return new Endpoint(
                tls,
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                port,
                parts.group(1) + "://" + host.toLowerCase(Locale.ROOT).replaceFirst("\\.$", "") + ":" + port,
                path.isEmpty() ? "/v1" : path);
    }
}
