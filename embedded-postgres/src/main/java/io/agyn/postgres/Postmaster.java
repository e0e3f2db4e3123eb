package io.agyn.postgres;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Stops PostgreSQL processes and cleans up after them. */
public final class Postmaster {

    // A fast shutdown rolls back open transactions and writes a checkpoint, which takes seconds on a busy server.
    private static final Duration FAST = Duration.ofSeconds(20);
    private static final Duration IMMEDIATE = Duration.ofSeconds(5);

    private Postmaster() {}

    /**
     * Finds the PostgreSQL that a killed server has left running on a folder.
     *
     * @param cluster PostgreSQL's data folder
     * @return the process, if it is running and is PostgreSQL on this folder
     */
    static Optional<ProcessHandle> orphanOn(Path cluster) throws IOException {
        return PostmasterPid.read(cluster)
                .flatMap(file -> ProcessHandle.of(file.pid()))
                .filter(process -> isPostmasterOf(process, cluster));
    }

    /**
     * Deletes a {@code postmaster.pid} whose process id now belongs to another program, since PostgreSQL would
     * mistake that program for a postmaster and refuse to start. PostgreSQL itself handles the file of a dead
     * process.
     *
     * @param cluster PostgreSQL's data folder, not in use
     */
    static void deleteReusedPid(Path cluster) throws IOException {
        Optional<ProcessHandle> process = PostmasterPid.read(cluster).flatMap(file -> ProcessHandle.of(file.pid()));
        if (process.isPresent() && !isPostmasterOf(process.get(), cluster)) {
            Files.deleteIfExists(PostmasterPid.file(cluster));
        }
    }

    /**
     * Stops a PostgreSQL with increasing force; returns when it has ended.
     *
     * @param process its main process
     */
    public static void stop(ProcessHandle process) {
        requireNonNull(process, "process is null");
        signal(process, "INT");
        if (!hasEnded(process, FAST)) {
            signal(process, "QUIT");
            if (!hasEnded(process, IMMEDIATE)) {
                process.destroyForcibly();
                hasEnded(process, IMMEDIATE);
            }
        }
    }

    /**
     * Kills the remaining processes of a killed PostgreSQL: while they run a query, they hold its shared memory, and
     * no other can start on the folder. They notice only after the query.
     *
     * @param cluster PostgreSQL's data folder, without a main process
     */
    static void endOrphans(Path cluster) {
        ProcessHandle.allProcesses()
                .filter(process -> isPostgres(process) && cluster.equals(workingFolder(process)))
                .forEach(ProcessHandle::destroyForcibly);
    }

    private static boolean isPostmasterOf(ProcessHandle process, Path cluster) {
        return isPostgres(process)
                && process.info()
                        .arguments()
                        .filter(arguments -> List.of(arguments).contains(cluster.toString()))
                        .isPresent();
    }

    private static boolean isPostgres(ProcessHandle process) {
        return process.info()
                .command()
                .filter(command -> command.endsWith("/postgres"))
                .isPresent();
    }

    // Null if the system does not report it, as on macOS; there, the start waits for the orphans to end.
    private static @Nullable Path workingFolder(ProcessHandle process) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd"));
        } catch (IOException e) {
            return null;
        }
    }

    // Java can send only TERM and KILL; TERM would wait until all clients disconnect.
    private static void signal(ProcessHandle process, String signal) {
        try {
            new ProcessBuilder("sh", "-c", "kill -\"$1\" \"$2\"", "sh", signal, Long.toString(process.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            process.destroy();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean hasEnded(ProcessHandle process, Duration limit) {
        try {
            process.onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            return !process.isAlive();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return !process.isAlive();
        }
    }
}
