package io.agyn.settings;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Where a PostgreSQL server is, from either spelling in use: {@code postgresql://user:password@host/database} of
 * libpq, or {@code jdbc:postgresql://host/database} of Java.
 *
 * @param jdbcUrl what the JDBC driver takes; may hold a password among its parameters
 * @param username the user in the URL, if any
 * @param password the password in the URL, if any
 */
public record DatabaseUrl(String jdbcUrl, Optional<String> username, Optional<String> password) {

    private static final String JDBC = "jdbc:postgresql:";

    public DatabaseUrl {
        requireNonNull(jdbcUrl, "jdbcUrl is null");
        requireNonNull(username, "username is null");
        requireNonNull(password, "password is null");
    }

    /**
     * Says whether {@link #parse} takes a value.
     *
     * @param value the URL as set
     * @return whether it is a PostgreSQL URL
     */
    public static boolean isValid(String value) {
        try {
            parse(value);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * Reads a URL in either spelling.
     *
     * @param value the URL as set
     * @return its parts
     * @throws IllegalArgumentException when it is no PostgreSQL URL; the message does not repeat it
     */
    public static DatabaseUrl parse(String value) {
        requireNonNull(value, "value is null");
        if (value.startsWith(JDBC)) {
            if (org.postgresql.Driver.parseURL(value, null) == null) {
                throw new IllegalArgumentException("not a JDBC URL of PostgreSQL");
            }
            return new DatabaseUrl(value, Optional.empty(), Optional.empty());
        }
        URI uri = uri(value);
        String scheme = uri.getScheme();
        if (!("postgresql".equals(scheme) || "postgres".equals(scheme)) || uri.getRawAuthority() == null) {
            throw new IllegalArgumentException("not a URL of PostgreSQL");
        }
        String authority = uri.getRawAuthority();
        int at = authority.lastIndexOf('@');
        String[] user = at < 0 ? new String[0] : authority.substring(0, at).split(":", 2);
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        // The authority is kept as it is, since it may name several hosts.
        return new DatabaseUrl(
                JDBC + "//" + authority.substring(at + 1) + uri.getRawPath() + query,
                user.length > 0 && !user[0].isEmpty() ? Optional.of(decode(user[0])) : Optional.empty(),
                user.length > 1 ? Optional.of(decode(user[1])) : Optional.empty());
    }

    /**
     * Names the server and database in a message.
     *
     * @return the URL without user and parameters, either of which may hold a password
     */
    public String location() {
        int question = jdbcUrl.indexOf('?');
        return (question < 0 ? jdbcUrl : jdbcUrl.substring(0, question)).substring("jdbc:".length());
    }

    @Override
    public String toString() {
        return location();
    }

    private static URI uri(String value) {
        try {
            return new URI(value);
        } catch (URISyntaxException e) {
            // Without the cause, whose message repeats the value and its password.
            throw new IllegalArgumentException("not a URL");
        }
    }

    private static String decode(String value) {
        // In user info a plus is a plus; the decoder is one of forms.
        return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
