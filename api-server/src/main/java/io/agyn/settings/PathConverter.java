package io.agyn.settings;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import org.eclipse.microprofile.config.spi.Converter;

/**
 * Reads a path, with a leading {@code ~} as the user's home, since values from a unit or compose file meet no shell
 * that would expand it.
 */
public final class PathConverter implements Converter<Path> {

    /**
     * Reads a path.
     *
     * @param value the path as set; empty counts as not set
     * @return the absolute path, or null when the value is empty
     * @throws java.nio.file.InvalidPathException when the value cannot be a path
     */
    @Override
    public Path convert(String value) {
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
