package io.agyn.settings;

import static java.util.Objects.requireNonNull;

import io.agyn.operator.OperatorException;
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

/** Reads the settings from the environment and system properties, and explains invalid ones in a sentence. */
public final class SettingsReader {

    /** The minimum length of a passphrase, in characters. */
    public static final int MIN_PASSPHRASE_LENGTH = 12;

    // Settings of the Terraform provider and the SDK, which are often set where a server is tried out.
    private static final Set<String> CLIENT_VARIABLES = Set.of("AGYN_GATEWAY", "AGYN_TOKEN");

    private SettingsReader() {}

    /**
     * Reads and checks the settings.
     *
     * @throws OperatorException with a sentence on the first invalid value
     */
    public static Settings read() {
        return read(SmallRyeConfigBuilder::addDefaultSources);
    }

    /**
     * Reads and checks given settings, for tests and tools.
     *
     * @param properties the values by property name, such as {@code agyn.http.port}
     * @throws OperatorException with a sentence on the first invalid value
     */
    public static Settings read(Map<String, String> properties) {
        requireNonNull(properties, "properties is null");
        return read(builder -> builder.withDefaultValues(properties));
    }

    /**
     * Finds variables that look like settings but are not, usually typos.
     *
     * @param variables the names of variables
     * @return the unknown ones that start with {@code AGYN_}, sorted
     */
    public static Collection<String> unknown(Set<String> variables) {
        Set<String> known = Stream.concat(
                        SettingsCatalog.ALL.stream().map(SettingsCatalog.Entry::variable), CLIENT_VARIABLES.stream())
                .collect(Collectors.toSet());
        return variables.stream()
                .filter(variable -> variable.startsWith("AGYN_") && !known.contains(variable))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Warns of each unknown variable of this process. */
    public static void warnOfUnknown(PrintStream err) {
        for (String variable : unknown(System.getenv().keySet())) {
            err.println(variable + " is not a setting of this server and is ignored.");
        }
    }

    // In two steps, since a configuration with the mapping cannot be built with an invalid value.
    private static Settings read(UnaryOperator<SmallRyeConfigBuilder> sources) {
        check(sources.apply(builder()).build());
        return sources.apply(builder().withMapping(Settings.class)).build().getConfigMapping(Settings.class);
    }

    // Without the interceptor for expressions: a password may contain "${".
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
