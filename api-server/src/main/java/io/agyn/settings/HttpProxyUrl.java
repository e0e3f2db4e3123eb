package io.agyn.settings;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The URL of an HTTP proxy.
 *
 * @param host the proxy's host, IPv6 without brackets
 * @param port the proxy's port
 * @param username the user, if the proxy requires one
 * @param password the user's password, if any
 */
public record HttpProxyUrl(String host, int port, Optional<String> username, Optional<String> password) {

    public HttpProxyUrl {
        requireNonNull(host, "host is null");
        requireNonNull(username, "username is null");
        requireNonNull(password, "password is null");
    }

    /** Whether {@link #parse} accepts a value. */
    public static boolean isValid(String value) {
        try {
            parse(value);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * Parses a URL such as {@code http://user:password@host:3128}; special characters in user and password are
     * percent-encoded.
     *
     * @throws IllegalArgumentException if it is not the URL of an HTTP proxy; the message does not contain it
     */
    public static HttpProxyUrl parse(String value) {
        URI uri = uri(requireNonNull(value, "value is null").strip());
        boolean bare = uri.getRawPath() == null
                || uri.getRawPath().isEmpty()
                || uri.getRawPath().equals("/");
        if (!"http".equalsIgnoreCase(uri.getScheme())
                || uri.getHost() == null
                || uri.getPort() < 1
                || uri.getPort() > 65535
                || !bare
                || uri.getRawQuery() != null
                || uri.getRawFragment() != null) {
            throw new IllegalArgumentException("not a URL of an HTTP proxy");
        }
        String host = uri.getHost();
        String[] user = uri.getRawUserInfo() == null
                ? new String[0]
                : uri.getRawUserInfo().split(":", 2);
        if (user.length > 0 && user[0].isEmpty()) {
            throw new IllegalArgumentException("a password without a user");
        }
        return new HttpProxyUrl(
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                uri.getPort(),
                user.length > 0 ? Optional.of(decode(user[0])) : Optional.empty(),
                user.length > 1 ? Optional.of(decode(user[1])) : Optional.empty());
    }

    /** Names the proxy in messages, without user and password. */
    @Override
    public String toString() {
        return "http://%s:%d".formatted(host.contains(":") ? "[" + host + "]" : host, port);
    }

    private static URI uri(String value) {
        try {
            return new URI(value);
        } catch (URISyntaxException e) {
            // Without the cause, whose message contains the value with its password.
            throw new IllegalArgumentException("not a URL");
        }
    }

    private static String decode(String value) {
        // In user info, a plus sign is itself; the decoder is for forms.
        return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
