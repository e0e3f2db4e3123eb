package io.agyn.vault;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parsed address of a Vault server.
 *
 * @param host the host, IPv6 without brackets
 * @param path the path before {@code /v1}, without a trailing slash; usually empty
 */
record VaultAddress(boolean tls, String host, int port, String path) {
    // Not java.net.URI, which rejects underscores in hosts, as in container names.
    private static final Pattern PARTS = Pattern.compile("(https?)://(\\[[^]]+]|[^:/]+)(?::([0-9]+))?(/.*)?");
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    /** Parses a stored address; {@code /v1} at its end has no effect. */
    static VaultAddress of(String text) {
        Matcher parts = PARTS.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not an address: " + text);
        }
        boolean tls = parts.group(1).equals("https");
        String host = parts.group(2);
        String port = parts.group(3);
        String path = parts.group(4);
        return new VaultAddress(
                tls,
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                port != null ? Integer.parseInt(port) : tls ? HTTPS_PORT : HTTP_PORT,
                path == null ? "" : path.replaceAll("(/v1)?/*$", ""));
    }
}
