package io.agyn.settings;

import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All settings by variable, read once from the annotations in {@link Settings}. */
public final class SettingsCatalog {
    /** All settings, sorted by variable. */
    public static final List<Entry> ALL = read();

    private static final String PREFIX = "agyn";

    private SettingsCatalog() {}

    /** The table of the reference page, in Markdown. */
    public static String markdown() {
        return "| variable | default | meaning |\n| --- | --- | --- |\n"
                + ALL.stream()
                        .map(entry -> "| `%s` |%s | %s |\n"
                                .formatted(
                                        entry.variable(),
                                        entry.defaultText().isEmpty()
                                                ? ""
                                                : entry.hasDefault()
                                                        ? " `" + entry.defaultText() + "`"
                                                        : " " + entry.defaultText(),
                                        entry.description()))
                        .collect(Collectors.joining());
    }

    /**
     * A setting with its annotation.
     *
     * @param property the property, such as {@code agyn.http.port}
     * @param defaultValue the default as an operator would write it
     */
    public record Entry(
            String property, Class<?> type, @Nullable String defaultValue, Setting setting) {
        /** The environment variable, such as {@code AGYN_HTTP_PORT}. */
        public String variable() {
            return property.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
        }

        /** The effect of the setting, in Markdown. */
        public String description() {
            return setting.value();
        }

        boolean hasDefault() {
            return defaultValue != null;
        }

        /** The default, or the behaviour without one; may be empty. */
        public String defaultText() {
            return defaultValue == null ? setting.absent() : defaultValue;
        }

        /** Returns the error for an invalid value; empty for a valid one. */
        Optional<String> error(String value) {
            if (accepts(value)) {
                return Optional.empty();
            }
            return Optional.of(
                    setting.syntax().secretError().isEmpty()
                            ? "%s is \"%s\", which is not %s: correct it, or remove it to use %s."
                                    .formatted(variable(), value, expected(), defaultText())
                            : variable() + " " + setting.syntax().secretError());
        }

        private boolean accepts(String value) {
            if (!setting.syntax().accepts(value)) {
                return false;
            }
            if (type == int.class || type == Integer.class) {
                return isNumber(value.strip());
            }
            if (type == Duration.class) {
                return isDuration(value);
            }
            if (type == MemorySize.class) {
                return isSize(value);
            }
            if (type == boolean.class) {
                return value.matches("(?i)on|off|true|false");
            }
            if (type.isEnum()) {
                return Stream.of(type.getEnumConstants())
                        .anyMatch(constant -> constant.toString().equalsIgnoreCase(value));
            }
            return type != Path.class || Syntax.isPath(value);
        }

        private boolean isNumber(String value) {
            try {
                int number = Integer.parseInt(value);
                return number >= Integer.parseInt(setting.min()) && number <= Integer.parseInt(setting.max());
            } catch (NumberFormatException e) {
                return false;
            }
        }

        private boolean isDuration(String value) {
            try {
                Duration duration = DurationConverter.parseDuration(value);
                return duration != null
                        && duration.compareTo(DurationConverter.parseDuration(setting.min())) >= 0
                        && duration.compareTo(DurationConverter.parseDuration(setting.max())) <= 0;
            } catch (IllegalArgumentException e) {
                return false;
            }
        }

        private boolean isSize(String value) {
            return value.matches("[0-9]{1,15}[kKmMgGtT]?")
                    && bytes(value).compareTo(bytes(setting.min())) >= 0
                    && bytes(value).compareTo(bytes(setting.max())) <= 0;
        }

        private static BigInteger bytes(String size) {
            return new MemorySizeConverter().convert(size).asBigInteger();
        }

        private String expected() {
            String what = setting.syntax().expected();
            String bounds = " from " + setting.min() + " to " + setting.max();
            if (type == int.class || type == Integer.class) {
                return (what.isEmpty() ? "a number" : what) + bounds;
            }
            if (type == Duration.class) {
                return what.isEmpty() ? "a time" + bounds + " such as 30s or 2m" : what + bounds + " such as 30d";
            }
            if (type == MemorySize.class) {
                return "a size" + bounds + " such as 32M or 2G";
            }
            if (type == boolean.class) {
                return "on or off";
            }
            if (type.isEnum()) {
                List<String> names = Stream.of(type.getEnumConstants())
                        .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                        .toList();
                return String.join(", ", names.subList(0, names.size() - 1)) + " or " + names.getLast();
            }
            return what;
        }
    }

    private static List<Entry> read() {
        List<Entry> entries = new ArrayList<>();
        read(PREFIX, Settings.class, entries);
        entries.sort(Comparator.comparing(Entry::variable));
        return List.copyOf(entries);
    }

    private static void read(String prefix, Class<?> group, List<Entry> entries) {
        for (Method method : group.getMethods()) {
            WithName name = method.getAnnotation(WithName.class);
            String property = prefix + "." + (name == null ? method.getName() : name.value());
            Setting setting = method.getAnnotation(Setting.class);
            if (setting != null) {
                WithDefault standard = method.getAnnotation(WithDefault.class);
                entries.add(new Entry(property, type(method), standard == null ? null : standard.value(), setting));
            } else if (method.getReturnType().isInterface()) {
                read(property, method.getReturnType(), entries);
            } else {
                throw new IllegalStateException("The setting " + property + " has no @Setting");
            }
        }
    }

    private static Class<?> type(Method method) {
        Type type = method.getGenericReturnType() instanceof ParameterizedType optional
                ? optional.getActualTypeArguments()[0]
                : method.getGenericReturnType();
        return (Class<?>) type;
    }
}
