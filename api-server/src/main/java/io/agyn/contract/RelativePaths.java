package io.agyn.contract;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Checks paths that become part of a URL, where the segments . and .. would name another path. */
public final class RelativePaths {
    private RelativePaths() {}

    /**
     * Adds a violation if a path has the segment . or .., unless it has another violation.
     *
     * @param noun the path's name in the message
     */
    public static void check(@Nullable String path, String pointer, String noun, Violations violations) {
        if (path != null
                && !violations.existAt(pointer)
                && Arrays.stream(path.split("/", -1))
                        .anyMatch(segment -> segment.equals(".") || segment.equals(".."))) {
            violations.at(pointer, "Write the " + noun + " without . and .. between slashes.");
        }
    }
}
