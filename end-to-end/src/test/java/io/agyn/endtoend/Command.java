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
 * A program with its arguments and environment.
 *
 * @param folder the working directory
 * @param variables its environment variables, added to the developer's without AGYN_* and TF_*
 * @param words the program and its arguments
 */
record Command(Path folder, Map<String, String> variables, List<String> words) {

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** A program that has ended. */
    record Result(Command command, int exitCode, String output, String errors) {

        /** Fails with the program's output if the exit code differs. */
        Result expect(int expected) {
            if (exitCode != expected) {
                throw new AssertionError("%s in %s ended with %d, not %d. Its output:%n%s%n%s"
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

    /** Fails with an installation hint if a program is not on the PATH. */
    static void require(String program, String toInstall) {
        boolean found = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
        if (!found) {
            throw new AssertionError("%s is missing: install %s.".formatted(program, toInstall));
        }
    }

    /** Adds arguments. */
    Command with(List<String> arguments) {
        return new Command(
                folder,
                variables,
                Stream.concat(words.stream(), arguments.stream()).toList());
    }

    Result run() throws IOException, InterruptedException {
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
            Result result = new Result(this, process.exitValue(), Files.readString(output), Files.readString(errors));
            // A killed program fails too, with its output so far.
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
