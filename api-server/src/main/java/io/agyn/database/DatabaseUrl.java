package io.agyn.database;

import static java.util.Objects.requireNonNull;

import io.agyn.operator.OperatorException;
import io.agyn.operator.UrlUser;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.postgresql.PGProperty;

/**
 * A PostgreSQL URL, in libpq's form {@code postgresql://user:password@host/database} or in the form
 * {@code jdbc:postgresql://host/database}. Several hosts are a primary and its standbys: by default, the server
 * connects to the current primary.
 *
 * @param jdbcUrl the URL for the JDBC driver; its parameters may contain a password
 * @param username the user in the URL, if any
 * @param password the password in the URL, if any
 */
public record DatabaseUrl(String jdbcUrl, Optional<String> username, Optional<String> password) {

    private static final String JDBC = "jdbc:postgresql:";
    private static final String TARGET = "target_session_attrs";
    private static final String JDBC_TARGET = PGProperty.TARGET_SERVER_TYPE.getName();
    private static final String PRIMARY = JDBC_TARGET + "=primary";

    // Comma-separated host names, IPv4 addresses, and bracketed IPv6 addresses, with ports. Other characters may be
    // part of a password.
    private static final String HOST = "(\\[[0-9a-fA-F:.%]+]|[A-Za-z0-9._-]*)(:[0-9]{1,5})?";
    private static final Pattern HOSTS = Pattern.compile(HOST + "(," + HOST + ")*");
    private static final Pattern PATH = Pattern.compile("/?|/[^/@:?#]+");
    // The JDBC driver logs locations that it cannot parse, so it must not get any others.
    private static final Pattern JDBC_LOCATION =
            Pattern.compile(JDBC + "(//" + HOSTS.pattern() + "/[^/@:?#]*|/?[^/@:?#]*)");

    // Parameters of libpq that have another name in the JDBC driver, which ignores unknown ones.
    private static final Map<String, String> JDBC_NAMES = Map.of(
            "application_name", PGProperty.APPLICATION_NAME.getName(),
            "connect_timeout", PGProperty.CONNECT_TIMEOUT.getName(),
            "channel_binding", PGProperty.CHANNEL_BINDING.getName(),
            "krbsrvname", PGProperty.KERBEROS_SERVER_NAME.getName());

    public DatabaseUrl {
        requireNonNull(jdbcUrl, "jdbcUrl is null");
        requireNonNull(username, "username is null");
        requireNonNull(password, "password is null");
    }

    /**
     * Whether {@link #parse} accepts a value.
     *
     * @throws OperatorException as {@link #parse} does
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
     * Parses a URL in either form.
     *
     * @throws IllegalArgumentException if it is not a PostgreSQL URL; the message does not contain it
     * @throws OperatorException if it has a parameter that would be ignored, that allows a standby, or that has an
     *     unencoded {@code @}
     */
    public static DatabaseUrl parse(String value) {
        requireNonNull(value, "value is null");
        return value.startsWith(JDBC) ? parseJdbc(value) : parseLibpq(value);
    }

    private static DatabaseUrl parseJdbc(String value) {
        int question = value.indexOf('?');
        String location = question < 0 ? value : value.substring(0, question);
        String query = question < 0 ? "" : value.substring(question + 1);
        if (!JDBC_LOCATION.matcher(location).matches() || !isParsedByDriver(value)) {
            throw new IllegalArgumentException("not a JDBC URL of PostgreSQL");
        }
        return new DatabaseUrl(
                location + parameters(query, false, location.contains(",")), Optional.empty(), Optional.empty());
    }

    private static boolean isParsedByDriver(String value) {
        try {
            return org.postgresql.Driver.parseURL(value, null) != null;
        } catch (IllegalArgumentException e) {
            // Its message may contain part of a password.
            return false;
        }
    }

    private static DatabaseUrl parseLibpq(String value) {
        URI uri = UrlUser.uri(value);
        String scheme = uri.getScheme();
        if (!("postgresql".equals(scheme) || "postgres".equals(scheme))
                || uri.getRawAuthority() == null
                || uri.getRawFragment() != null) {
            throw new IllegalArgumentException("not a URL of PostgreSQL");
        }
        String authority = uri.getRawAuthority();
        int at = authority.lastIndexOf('@');
        UrlUser user = UrlUser.parse(at < 0 ? null : authority.substring(0, at));
        String hosts = authority.substring(at + 1);
        if (!HOSTS.matcher(hosts).matches() || !PATH.matcher(uri.getRawPath()).matches()) {
            throw new IllegalArgumentException("not a URL of PostgreSQL");
        }
        String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
        return new DatabaseUrl(
                JDBC + "//" + hosts + uri.getRawPath() + parameters(query, at >= 0, hosts.contains(",")),
                user.username(),
                user.password());
    }

    /** Returns the parameters for the JDBC driver, with the question mark; for several hosts, requires a primary. */
    private static String parameters(String query, boolean hasUser, boolean hasSeveralHosts) {
        List<String> parameters = new ArrayList<>();
        for (String parameter : query.split("&")) {
            if (!parameter.isEmpty()) {
                requireNoAt(parameter, hasUser);
                parameters.add(parameter(parameter, parameters.size() + 1));
            }
        }
        boolean hasTarget = parameters.stream().anyMatch(parameter -> parameter.startsWith(JDBC_TARGET + "="));
        if (hasSeveralHosts && !hasTarget) {
            parameters.add(PRIMARY);
        }
        return parameters.isEmpty() ? "" : "?" + String.join("&", parameters);
    }

    // An @ after the question mark usually ends a password with a "?", whose beginning was then read as the host.
    private static void requireNoAt(String parameter, boolean hasUser) {
        boolean mayHoldAt = !hasUser && (parameter.startsWith("user=") || parameter.startsWith("password="));
        if (parameter.contains("@") && !mayHoldAt) {
            throw new OperatorException(
                    "AGYN_DATABASE_URL has an @ after its question mark: write @ as %40, and ? in a password as %3F.");
        }
    }

    private static String parameter(String parameter, int number) {
        int equals = parameter.indexOf('=');
        String name = equals < 0 ? parameter : parameter.substring(0, equals);
        String value = equals < 0 ? "" : parameter.substring(equals + 1);
        if (name.equals(TARGET) || name.equals(JDBC_TARGET)) {
            return target(name, value);
        }
        if (JDBC_NAMES.containsKey(name)) {
            return JDBC_NAMES.get(name) + "=" + value;
        }
        if (PGProperty.forName(name) != null) {
            return parameter;
        }
        // Without its name, which may be part of a password with a "&".
        throw new OperatorException(
                "Parameter " + number + " of AGYN_DATABASE_URL is not one of the PostgreSQL JDBC driver, which would"
                        + " ignore it: remove it, or use one of"
                        + " https://jdbc.postgresql.org/documentation/use/#connection-parameters (a & in"
                        + " a password is %26).");
    }

    private static String target(String name, String value) {
        return switch (value) {
            case "any" -> JDBC_TARGET + "=any";
            case "primary", "read-write", "master" -> PRIMARY;
            default ->
                throw new OperatorException(
                        "AGYN_DATABASE_URL has a " + name + " that allows a standby, and the server must"
                                + " write: set it to " + (name.equals(TARGET) ? "read-write" : "primary") + ".");
        };
    }

    /**
     * Names the server and database in messages.
     *
     * @return the URL without user and parameters, which may contain a password
     */
    public String location() {
        int question = jdbcUrl.indexOf('?');
        return (question < 0 ? jdbcUrl : jdbcUrl.substring(0, question)).substring("jdbc:".length());
    }

    /** Whether the URL requires TLS. */
    public boolean requiresTls() {
        return Stream.of("sslmode=require", "sslmode=verify-ca", "sslmode=verify-full", "ssl=true")
                .anyMatch(jdbcUrl::contains);
    }

    @Override
    public String toString() {
        return location();
    }
}
