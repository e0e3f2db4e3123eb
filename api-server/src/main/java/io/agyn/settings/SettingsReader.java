package io.agyn.settings;

import static java.util.Objects.requireNonNull;

import io.agyn.headers.HeaderNames;
import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.PrintStream;
import java.math.BigInteger;
import java.nio.file.InvalidPathException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the settings from the environment and system properties, and says what is wrong with them in a sentence. */
public final class SettingsReader {

    /** How many characters a passphrase has at least. */
    public static final int SHORTEST_PASSPHRASE = 12;

    private static final Predicate<String> ANY = value -> true;
    private static final Duration SHORTEST = Duration.ofMillis(1);

    // One row for each setting. A value that passes here also converts, so that what an operator reads is never the
    // configuration library's message.
    private static final List<Rule> RULES = List.of(
            new Rule("agyn.http.host", value -> !value.isBlank(), "an address of this machine", "127.0.0.1"),
            new Rule(
                    "agyn.http.port",
                    integerWithin(0, 65535),
                    "a port number from 0 to 65535 (0 takes any free one)",
                    "8080"),
            new Rule(
                    "agyn.http.management-port",
                    integerWithin(1, 65535),
                    "a port number from 1 to 65535",
                    "the port of callers for metrics and health"),
            new Rule("agyn.http.tls-certificate-file", SettingsReader::isPath, "a file", "HTTP without TLS"),
            new Rule("agyn.http.tls-key-file", SettingsReader::isPath, "a file", "HTTP without TLS"),
            new Rule("agyn.http.connections", integerWithin(1, 1_000_000), "a number from 1 to 1000000", "40000"),
            new Rule(
                    "agyn.http.connections-per-address",
                    integerWithin(1, 1_000_000),
                    "a number from 1 to 1000000",
                    "20000"),
            time(
                    "agyn.http.request-timeout",
                    Duration.ofSeconds(1),
                    Duration.ofHours(1),
                    "a time from 1s to 1h",
                    "30s"),
            new Rule(
                    "agyn.http.trusted-proxies",
                    SettingsReader::areRanges,
                    "addresses and ranges such as 10.0.0.0/8, with commas between",
                    "none"),
            new Rule(
                    "agyn.http.failed-tokens-per-minute",
                    integerWithin(1, 1_000_000),
                    "a number from 1 to 1000000",
                    "30"),
            new Rule("agyn.data-dir", value -> isPath(value) && !value.isBlank(), "a folder", "~/.local/share/agyn"),
            new Rule("agyn.keyset-file", SettingsReader::isPath, "a file", "keyset.json in the data folder"),
            new Rule("agyn.keyset-passphrase-file", SettingsReader::isPath, "a file", "no passphrase"),
            new Rule(
                            "agyn.keyset-passphrase",
                            value -> value.isEmpty() || value.length() >= SHORTEST_PASSPHRASE,
                            "",
                            "")
                    .secret("has fewer than " + SHORTEST_PASSPHRASE
                            + " characters: set the passphrase that the keyset is"
                            + " locked with, or remove it to use none."),
            new Rule("agyn.database.url", value -> value.isBlank() || DatabaseUrl.isValid(value), "", "")
                    .secret("is not a PostgreSQL URL: write it as postgresql://host:5432/database or as"
                            + " jdbc:postgresql://host:5432/database, or remove it to use the embedded PostgreSQL. Set user"
                            + " and password in AGYN_DATABASE_USERNAME and AGYN_DATABASE_PASSWORD, or percent-encode them"
                            + " in the URL (# is %23, / is %2F, ? is %3F, @ is %40)."),
            new Rule("agyn.database.username", ANY, "", ""),
            new Rule("agyn.database.password", ANY, "", ""),
            time("agyn.database.start-timeout", Duration.ZERO, Duration.ofHours(1), "a time from 0s to 1h", "30s"),
            new Rule("agyn.database.pool-size", integerWithin(1, 1000), "a number from 1 to 1000", "20"),
            new Rule("agyn.log.format", oneOf(Settings.Log.Format.values()), "text or json", "text"),
            new Rule("agyn.log.level", oneOf(Settings.Log.Level.values()), "error, warn, info, debug or trace", "info"),
            time("agyn.shutdown-delay", Duration.ZERO, Duration.ofHours(1), "a time from 0s to 1h", "0s"),
            time("agyn.shutdown-timeout", Duration.ZERO, Duration.ofHours(1), "a time from 0s to 1h", "30s"),
            new Rule(
                    "agyn.body-memory",
                    value -> isSize(value, 16L << 20, 1L << 40),
                    "a size from 16M to 1T such as 512M",
                    "a quarter of the heap"),
            new Rule("agyn.proxy.body-limit", SettingsReader::isBodyLimit, "a size from 1K to 1G such as 32M", "32M"),
            time("agyn.proxy.model-timeout", SHORTEST, Duration.ofHours(1), "a time from 1ms to 1h", "2m"),
            time("agyn.proxy.connect-timeout", SHORTEST, Duration.ofHours(1), "a time from 1ms to 1h", "10s"),
            time("agyn.proxy.first-byte-timeout", SHORTEST, Duration.ofHours(24), "a time from 1ms to 24h", "10m"),
            time("agyn.proxy.idle-timeout", SHORTEST, Duration.ofHours(24), "a time from 1ms to 24h", "10m"),
            new Rule("agyn.access-log", value -> value.matches("(?i)on|off"), "on or off", "on"),
            new Rule(
                    "agyn.usage.retention",
                    SettingsReader::isDays,
                    "a number of days from 1d to 3650d such as 30d",
                    "90d"),
            new Rule(
                    "agyn.audit.retention",
                    SettingsReader::isDays,
                    "a number of days from 1d to 3650d such as 30d",
                    "365d"),
            new Rule(
                    "agyn.usage.spool-limit",
                    value -> isSize(value, 1L << 20, 1L << 40),
                    "a size from 1M to 1T such as 512M or 2G",
                    "1G"),
            new Rule(
                    "agyn.proxy.calls-per-provider",
                    integerWithin(1, 1_000_000),
                    "a number from 1 to 1000000",
                    "20000"),
            new Rule(
                    "agyn.proxy.calls-per-organization",
                    integerWithin(1, 1_000_000),
                    "a number from 1 to 1000000",
                    "10000"),
            new Rule("agyn.proxy.calls-per-token", integerWithin(1, 1_000_000), "a number from 1 to 1000000", "5000"),
            time("agyn.proxy.queue-timeout", Duration.ZERO, Duration.ofHours(1), "a time from 0s to 1h", "10s"),
            new Rule(
                    "agyn.proxy.drop-headers",
                    value -> HeaderNames.entries(value).stream().allMatch(HeaderNames::isEntry),
                    "header names such as x-internal-user or x-internal-*, with commas between",
                    "those that are built in"),
            time("agyn.proxy.warm-up", Duration.ZERO, Duration.ofMinutes(1), "a time from 0s to 1m", "2s"),
            new Rule("agyn.egress.private", oneOf(Settings.Egress.PrivateAddresses.values()), "allow or deny", "allow"),
            new Rule("agyn.egress.http-proxy", value -> value.isBlank() || HttpProxyUrl.isValid(value), "", "")
                    .secret("is not a URL of an HTTP proxy: write it as http://host:port or as"
                            + " http://user:password@host:port, or remove it to use none."),
            new Rule("agyn.egress.no-proxy", ANY, "", ""),
            new Rule(
                    "agyn.otlp-endpoint",
                    value -> value.isBlank() || value.matches("https?://[^/?#@\\s]+(/[^?#\\s]*)?"),
                    "a URL such as http://collector:4318",
                    "no traces"),
            new Rule("agyn.extra-ca-file", SettingsReader::isPath, "a file", "the JDK's certificates alone"));

    // Read by the Terraform provider and the SDK, and likely set where a server is tried out.
    private static final Set<String> CLIENT_VARIABLES = Set.of("AGYN_GATEWAY", "AGYN_TOKEN");

    private SettingsReader() {}

    /**
     * Reads and checks the settings.
     *
     * @return the settings, all valid
     * @throws OperatorException with a sentence on the first value that is wrong
     */
    public static Settings read() {
        return read(SmallRyeConfigBuilder::addDefaultSources);
    }

    /**
     * Reads and checks settings that are given, as a test or a tool does.
     *
     * @param properties the values by property name, such as {@code agyn.http.port}
     * @return the settings, all valid
     * @throws OperatorException with a sentence on the first value that is wrong
     */
    public static Settings read(Map<String, String> properties) {
        requireNonNull(properties, "properties is null");
        return read(builder -> builder.withDefaultValues(properties));
    }

    /**
     * Finds variables that look like settings and are none, mostly by a slip of the pen.
     *
     * @param variables the names of the variables that are set
     * @return those that begin with {@code AGYN_} and mean nothing, in order
     */
    public static Collection<String> unknown(Set<String> variables) {
        Set<String> known = Stream.concat(RULES.stream().map(Rule::variable), CLIENT_VARIABLES.stream())
                .collect(Collectors.toSet());
        return variables.stream()
                .filter(variable -> variable.startsWith("AGYN_") && !known.contains(variable))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Warns of each variable of this process that {@link #unknown} finds.
     *
     * @param err where to
     */
    public static void warnOfUnknown(PrintStream err) {
        for (String variable : unknown(System.getenv().keySet())) {
            err.println(variable + " is not a setting of this server and is ignored.");
        }
    }

    // Twice, since a configuration that maps the settings does not come to be with a wrong value.
    private static Settings read(UnaryOperator<SmallRyeConfigBuilder> sources) {
        check(sources.apply(builder()).build());
        return sources.apply(builder().withMapping(Settings.class)).build().getConfigMapping(Settings.class);
    }

    // Without the interceptor for expressions: a password may hold "${".
    private static SmallRyeConfigBuilder builder() {
        return new SmallRyeConfigBuilder().addDiscoveredConverters().withValidateUnknown(false);
    }

    private static void check(SmallRyeConfig config) {
        for (Rule rule : RULES) {
            Optional<String> value =
                    Optional.ofNullable(config.getConfigValue(rule.property()).getValue());
            if (value.isPresent() && !rule.accepts().test(value.get())) {
                throw new OperatorException(rule.sentence(value.get()));
            }
        }
    }

    private static Predicate<String> integerWithin(int lowest, int highest) {
        return value -> {
            try {
                int number = Integer.parseInt(value.strip());
                return number >= lowest && number <= highest;
            } catch (NumberFormatException e) {
                return false;
            }
        };
    }

    private static Predicate<String> oneOf(Enum<?>[] values) {
        return value -> Stream.of(values).anyMatch(allowed -> allowed.name().equalsIgnoreCase(value));
    }

    private static boolean areRanges(String value) {
        try {
            Stream.of(value.split(","))
                    .map(String::strip)
                    .filter(range -> !range.isEmpty())
                    .forEach(CidrBlock::parse);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isPath(String value) {
        try {
            new PathConverter().convert(value);
            return true;
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static boolean isBodyLimit(String value) {
        try {
            MemorySize size = new MemorySizeConverter().convert(value);
            return size != null
                    && size.asBigInteger().bitLength() <= 31
                    && isWithin(1 << 10, size.asLongValue(), 1 << 30);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isWithin(long lowest, long number, long highest) {
        return number >= lowest && number <= highest;
    }

    private static Rule time(String property, Duration shortest, Duration longest, String expected, String standard) {
        return new Rule(
                property, value -> isDuration(value, shortest, longest), expected + " such as 30s or 2m", standard);
    }

    private static boolean isDuration(String value, Duration shortest, Duration longest) {
        try {
            Duration duration = DurationConverter.parseDuration(value);
            return duration != null && duration.compareTo(shortest) >= 0 && duration.compareTo(longest) <= 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isDays(String value) {
        return value.matches("[0-9]{1,4}[dD]") && integerWithin(1, 3650).test(value.substring(0, value.length() - 1));
    }

    private static boolean isSize(String value, long smallest, long largest) {
        if (!value.matches("[0-9]{1,15}[kKmMgGtT]?")) {
            return false;
        }
        BigInteger bytes = new MemorySizeConverter().convert(value).asBigInteger();
        return bytes.compareTo(BigInteger.valueOf(smallest)) >= 0 && bytes.compareTo(BigInteger.valueOf(largest)) <= 0;
    }

    /** What a setting must be; a secret one has a sentence of its own, which does not repeat the value. */
    private record Rule(
            String property,
            Predicate<String> accepts,
            String expected,
            String standard,
            Optional<String> secretSentence) {

        Rule(String property, Predicate<String> accepts, String expected, String standard) {
            this(property, accepts, expected, standard, Optional.empty());
        }

        Rule secret(String sentence) {
            return new Rule(property, accepts, expected, standard, Optional.of(sentence));
        }

        String variable() {
            return property.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
        }

        String sentence(String value) {
            return secretSentence
                    .map(sentence -> variable() + " " + sentence)
                    .orElseGet(() -> "%s is \"%s\", which is not %s: correct it, or remove it to use %s."
                            .formatted(variable(), value, expected, standard));
        }
    }
}
