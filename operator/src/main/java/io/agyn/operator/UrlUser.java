package io.agyn.operator;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The user in a configured URL.
 *
 * @param username empty without a user
 * @param password empty without a password
 */
public record UrlUser(Optional<String> username, Optional<String> password) {

    public UrlUser {
        requireNonNull(username, "username is null");
        requireNonNull(password, "password is null");
    }

    /**
     * Parses a URL.
     *
     * @throws IllegalArgumentException if it is not a URL; neither the message nor a cause contains it, since it may
     *     contain a password
     */
    public static URI uri(String value) {
        try {
            return new URI(value);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not a URL");
        }
    }

    /**
     * Parses the user info of a URL.
     *
     * @param userInfo percent-encoded, such as {@code user:p%40ss}; null if the URL has none
     */
    public static UrlUser parse(@Nullable String userInfo) {
        String[] parts = userInfo == null ? new String[0] : userInfo.split(":", 2);
        return new UrlUser(
                parts.length > 0 && !parts[0].isEmpty() ? Optional.of(decode(parts[0])) : Optional.empty(),
                parts.length > 1 ? Optional.of(decode(parts[1])) : Optional.empty());
    }

    private static String decode(String value) {
        // In user info, a plus sign is itself; the decoder is for forms.
        return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
