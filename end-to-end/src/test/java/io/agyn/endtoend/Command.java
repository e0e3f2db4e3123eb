package io.agyn.endtoend;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program that a user starts, with what it may see of the environment.
 *
 * @param folder where it runs
 * @param variables what is set for it; of the developer's own, AGYN_* and TF_* are hidden from it
 * @param words the program and its arguments
 */
record Command(Path folder, Map<String, String> variables, List<String> words) {

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** A program that has ended. */
    record Ended(Command command, int exitCode, String output, String errors) {

        /** Fails, showing all that the program said, where it ended in another way. */
        Ended expect(int expected) {
            if (exitCode != expected) {
                throw new AssertionError("%s in %s ended with %d, not %d. It said:%n%s%n%s"
                        .formatted(
                                String.join(" ", command.words),
                                command.folder.getFileName(),
                                exitCode,
                                expected,
                                output,
                                errors));
            }
            return this;
        }
    }

    /** Fails with what to install where a program is not on the path. */
    static void require(String program, String toInstall) {
        boolean found = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
        if (!found) {
            throw new AssertionError("There is no %s: install %s.".formatted(program, toInstall));
        }
    }

    Ended run() throws IOException, InterruptedException {
        Path output = Files.createTempFile("agyn-command", ".out");
        Path errors = Files.createTempFile("agyn-command", ".err");
        try {
            ProcessBuilder builder = new ProcessBuilder(words)
                    .directory(folder.toFile())
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile());
            hideOwn(builder.environment());
            builder.environment().putAll(variables);
            Process process = builder.start();
            boolean ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly().waitFor();
            }
            Ended result = new Ended(this, process.exitValue(), Files.readString(output), Files.readString(errors));
            // One that was killed fails, showing how far it came.
            return ended ? result : result.expect(0);
        } finally {
            Files.delete(output);
            Files.delete(errors);
        }
    }

    static void hideOwn(Map<String, String> environment) {
        environment.keySet().removeIf(name -> name.startsWith("AGYN_") || name.startsWith("TF_"));
    }
}
