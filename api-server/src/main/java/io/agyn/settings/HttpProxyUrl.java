package io.agyn.settings;

import static java.util.Objects.requireNonNull;

import io.agyn.operator.UrlUser;
import java.net.URI;
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
        URI uri = UrlUser.uri(requireNonNull(value, "value is null").strip());
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
        UrlUser user = UrlUser.parse(uri.getRawUserInfo());
        if (uri.getRawUserInfo() != null && user.username().isEmpty()) {
            throw new IllegalArgumentException("a password without a user");
        }
        return new HttpProxyUrl(
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                uri.getPort(),
                user.username(),
                user.password());
    }

    /** Names the proxy in messages, without user and password. */
    @Override
    public String toString() {
        return "http://%s:%d".formatted(host.contains(":") ? "[" + host + "]" : host, port);
    }
}
