package io.agyn.postgres;

import static java.util.Objects.requireNonNull;

import com.sun.security.auth.module.UnixSystem;
import io.agyn.settings.OperatorException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** How a program of PostgreSQL is started on this machine. */
final class PostgresCommand {

    private static final File NOTHING = new File("/dev/null");

    private PostgresCommand() {}

    /**
     * Prepares a program that ends by itself.
     *
     * @param arguments the program and its arguments
     * @return the process to start
     * @throws OperatorException when this runs as root and root cannot be left
     */
    static ProcessBuilder foreground(List<String> arguments) {
        return builder(unprivileged(), arguments);
    }

    /**
     * Prepares a program that goes on while the terminal's Ctrl-C stops the server: it must outlive the requests that
     * are still being answered.
     *
     * @param arguments the program and its arguments
     * @return the process to start, which becomes the program and keeps its process id
     * @throws OperatorException when this runs as root and root cannot be left
     */
    static ProcessBuilder detached(List<String> arguments) {
        return builder(
                Stream.concat(ownSession().stream(), unprivileged().stream()).toList(), arguments);
    }

    private static ProcessBuilder builder(List<String> prefix, List<String> arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(requireNonNull(arguments, "arguments is null"));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectInput(NOTHING).redirectErrorStream(true);
        // PGPORT, PGDATA, PGOPTIONS and their kin are the operator's for other servers.
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        return builder;
    }

    // PostgreSQL refuses to run as root. In a user namespace of its own the process is nobody, and still owns the
    // files.
    private static List<String> unprivileged() {
        if (new UnixSystem().getUid() != 0) {
            return List.of();
        }
        List<String> unshare = List.of("unshare", "-U");
        try {
            Process probe = builder(unshare, List.of("true"))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (probe.waitFor() == 0) {
                return unshare;
            }
        } catch (IOException e) {
            // No such program: the sentence below holds.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new OperatorException(
                "PostgreSQL does not run as root and this system does not allow \"unshare -U\": start"
                        + " the server as another user, or set AGYN_DATABASE_URL to a PostgreSQL server.");
    }

    // macOS has no setsid, and has perl. With neither, Ctrl-C reaches PostgreSQL too, which then ends before the last
    // requests do.
    private static List<String> ownSession() {
        if (isOnPath("setsid")) {
            return List.of("setsid");
        }
        if (isOnPath("perl")) {
            return List.of("perl", "-MPOSIX", "-e", "POSIX::setsid(); exec @ARGV");
        }
        return List.of();
    }

    private static boolean isOnPath(String program) {
        String path = System.getenv("PATH");
        return path != null
                && Stream.of(path.split(File.pathSeparator))
                        .filter(folder -> !folder.isEmpty())
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
