package io.agyn.settings;

import static java.util.Objects.requireNonNull;

import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.PrintStream;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the settings from the environment and system properties, and says what is wrong with them in a sentence. */
public final class SettingsReader {

    /** How many characters a passphrase has at least. */
    public static final int MIN_PASSPHRASE_LENGTH = 12;

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
        Set<String> known = Stream.concat(
                        SettingsCatalog.ALL.stream().map(SettingsCatalog.Entry::variable), CLIENT_VARIABLES.stream())
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
        for (SettingsCatalog.Entry entry : SettingsCatalog.ALL) {
            Optional.ofNullable(config.getConfigValue(entry.property()).getValue())
                    .flatMap(entry::error)
                    .ifPresent(error -> {
                        throw new OperatorException(error);
                    });
        }
    }
}
