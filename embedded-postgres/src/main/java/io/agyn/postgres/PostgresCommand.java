package io.agyn.postgres;

import static java.util.Objects.requireNonNull;

import com.sun.security.auth.module.UnixSystem;
import io.agyn.operator.OperatorException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Prepares processes of PostgreSQL's programs. */
public final class PostgresCommand {

    private static final File DEV_NULL = new File("/dev/null");

    private PostgresCommand() {}

    /**
     * Prepares a program that ends by itself.
     *
     * @param arguments the program and its arguments
     * @throws OperatorException if this process runs as root and cannot drop its privileges
     */
    public static ProcessBuilder foreground(List<String> arguments) {
        return builder(unprivileged(), arguments);
    }

    /**
     * Prepares a program that survives Ctrl-C in the server's terminal, since it must outlive the last requests.
     *
     * @param arguments the program and its arguments
     * @return the process to start; the program gets its process id
     * @throws OperatorException if this process runs as root and cannot drop its privileges
     */
    public static ProcessBuilder detached(List<String> arguments) {
        return builder(
                Stream.concat(newSession().stream(), unprivileged().stream()).toList(), arguments);
    }

    private static ProcessBuilder builder(List<String> prefix, List<String> arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(requireNonNull(arguments, "arguments is null"));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectInput(DEV_NULL).redirectErrorStream(true);
        // The operator's PGPORT, PGDATA and PGOPTIONS are meant for other servers.
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        return builder;
    }

    // PostgreSQL refuses to run as root. In a new user namespace, the process is nobody, and still owns the files.
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
            // The program does not exist; the error below applies.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new OperatorException(
                "PostgreSQL does not run as root and this system does not allow \"unshare -U\": start"
                        + " the server as another user, or set AGYN_DATABASE_URL to a PostgreSQL server.");
    }

    // macOS has no setsid, but perl. Without both, Ctrl-C reaches PostgreSQL too, which then ends before the last
    // requests.
    private static List<String> newSession() {
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
