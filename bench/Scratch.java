import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.stream.Stream;

/** A temporary folder, deleted at the end of a measurement. */
record Scratch(Path folder) implements AutoCloseable {
    /** Makes one. */
    static Scratch make() throws IOException {
        return new Scratch(Files.createTempDirectory("agyn-bench"));
    }

    /** A new path in the folder. */
    Path resolve(String name) {
        return folder.resolve(name);
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Collections.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }
}
