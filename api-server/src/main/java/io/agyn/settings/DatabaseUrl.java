package io.agyn.settings;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.postgresql.PGProperty;

/**
 * Where a PostgreSQL server is, from either spelling in use: {@code postgresql://user:password@host/database} of
 * libpq, or {@code jdbc:postgresql://host/database} of Java. Several hosts are a primary and its standbys: the server then
 * connects to whichever of them is primary, unless the URL says otherwise.
 *
 * @param jdbcUrl what the JDBC driver takes; may hold a password among its parameters
 * @param username the user in the URL, if any
 * @param password the password in the URL, if any
 */
public record DatabaseUrl(String jdbcUrl, Optional<String> username, Optional<String> password) {

    private static final String JDBC = "jdbc:postgresql:";
    private static final String TARGET = "target_session_attrs";
    private static final String JDBC_TARGET = PGProperty.TARGET_SERVER_TYPE.getName();
    private static final String PRIMARY = JDBC_TARGET + "=primary";

    // Host names, IPv4 addresses, and IPv6 addresses in brackets, with ports, separated by commas. Other characters may
    // be
    // part of a password.
    private static final String HOST = "(\\[[0-9a-fA-F:.%]+]|[A-Za-z0-9._-]*)(:[0-9]{1,5})?";
    private static final Pattern HOSTS = Pattern.compile(HOST + "(," + HOST + ")*");
    private static final Pattern PATH = Pattern.compile("/?|/[^/@:?#]+");
    // The JDBC driver logs locations that it cannot read, so it is given no others.
    private static final Pattern JDBC_LOCATION =
            Pattern.compile(JDBC + "(//" + HOSTS.pattern() + "/[^/@:?#]*|/?[^/@:?#]*)");

    // Parameters of libpq that the JDBC driver, which ignores what it does not know, calls otherwise.
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
     * Says whether {@link #parse} takes a value.
     *
     * @param value the URL as set
     * @return whether it is a PostgreSQL URL
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
     * Reads a URL in either spelling.
     *
     * @param value the URL as set
     * @return its parts
     * @throws IllegalArgumentException when it is no PostgreSQL URL; the message does not repeat it
     * @throws OperatorException when it has a parameter that would be ignored, or that allows a server that cannot be written to
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
                location + parameters(query, location.contains(",")), Optional.empty(), Optional.empty());
    }

    private static boolean isParsedByDriver(String value) {
        try {
            return org.postgresql.Driver.parseURL(value, null) != null;
        } catch (IllegalArgumentException e) {
            // Its message may repeat a part of a password.
            return false;
        }
    }

    private static DatabaseUrl parseLibpq(String value) {
        URI uri = uri(value);
        String scheme = uri.getScheme();
        if (!("postgresql".equals(scheme) || "postgres".equals(scheme))
                || uri.getRawAuthority() == null
                || uri.getRawFragment() != null) {
            throw new IllegalArgumentException("not a URL of PostgreSQL");
        }
        String authority = uri.getRawAuthority();
        int at = authority.lastIndexOf('@');
        String[] user = at < 0 ? new String[0] : authority.substring(0, at).split(":", 2);
        String hosts = authority.substring(at + 1);
        if (!HOSTS.matcher(hosts).matches() || !PATH.matcher(uri.getRawPath()).matches()) {
            throw new IllegalArgumentException("not a URL of PostgreSQL");
        }
        String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
        return new DatabaseUrl(
                JDBC + "//" + hosts + uri.getRawPath() + parameters(query, hosts.contains(",")),
                user.length > 0 && !user[0].isEmpty() ? Optional.of(decode(user[0])) : Optional.empty(),
                user.length > 1 ? Optional.of(decode(user[1])) : Optional.empty());
    }

    /** The parameters as the JDBC driver takes them, with the question mark; several hosts get a primary. */
    private static String parameters(String query, boolean hasSeveralHosts) {
        List<String> parameters = new ArrayList<>();
        for (String parameter : query.split("&")) {
            if (!parameter.isEmpty()) {
                parameters.add(parameter(parameter, parameters.size() + 1));
            }
        }
        boolean hasTarget = parameters.stream().anyMatch(parameter -> parameter.startsWith(JDBC_TARGET + "="));
        if (hasSeveralHosts && !hasTarget) {
            parameters.add(PRIMARY);
        }
        return parameters.isEmpty() ? "" : "?" + String.join("&", parameters);
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
        // Without its name, which may be a part of a password that holds a "&".
        throw new OperatorException(
                "Parameter " + number + " of AGYN_DATABASE_URL is not one of the PostgreSQL JDBC driver, which"
                        + " would ignore it: remove it, or use one of"
                        + " https://jdbc.postgresql.org/documentation/use/#connection-parameters (a & in a password is %26).");
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
     * Names the server and database in a message.
     *
     * @return the URL without user and parameters, either of which may hold a password
     */
    public String location() {
        int question = jdbcUrl.indexOf('?');
        return (question < 0 ? jdbcUrl : jdbcUrl.substring(0, question)).substring("jdbc:".length());
    }

    /** Whether the URL demands TLS of the database. */
    public boolean requiresTls() {
        return Stream.of("sslmode=require", "sslmode=verify-ca", "sslmode=verify-full", "ssl=true")
                .anyMatch(jdbcUrl::contains);
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
