package io.agyn.proxy.routing;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parsed endpoint of an LLM provider.
 *
 * @param tls whether the scheme is https
 * @param host the host, IPv6 without brackets
 * @param port the port, default or not
 * @param origin scheme, host and port, normalized; concurrent calls are counted by it
 * @param path the path before {@code /responses} and {@code /messages}, without a trailing slash
 */
public record Endpoint(boolean tls, String host, int port, String origin, String path) {
    // Not java.net.URI, which rejects underscores in hosts, as in container names.
    private static final Pattern PARTS = Pattern.compile("(https?)://(\\[[^]]+]|[^:/]+)(?::([0-9]+))?(/.*)?");
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    /** Parses a stored endpoint. The default path is {@code /v1}. */
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
