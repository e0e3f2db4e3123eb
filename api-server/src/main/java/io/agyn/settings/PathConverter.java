package io.agyn.settings;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import org.eclipse.microprofile.config.spi.Converter;
import org.jspecify.annotations.Nullable;

/**
 * Parses paths, with a leading {@code ~} as the user's home, since no shell expands values from a unit or compose
 * file.
 */
public final class PathConverter implements Converter<Path> {

    /**
     * Parses a path.
     *
     * @param value the configured value; an empty one counts as not set
     * @return the absolute path, or null if the value is empty
     * @throws java.nio.file.InvalidPathException if the value is invalid
     */
    @Override
    public @Nullable Path convert(String value) {
        requireNonNull(value, "value is null");
        if (value.isBlank()) {
            return null;
        }
        if (value.equals("~") || value.startsWith("~/")) {
            return Path.of(System.getProperty("user.home") + value.substring(1)).toAbsolutePath();
        }
        return Path.of(value).toAbsolutePath().normalize();
    }
}
