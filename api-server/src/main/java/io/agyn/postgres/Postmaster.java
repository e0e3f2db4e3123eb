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

/** The main process of a PostgreSQL, as one to be told to stop. */
final class Postmaster {

    // Fast: roll back what is open, write a checkpoint. A checkpoint of a busy server takes seconds.
    private static final Duration FAST = Duration.ofSeconds(20);
    private static final Duration IMMEDIATE = Duration.ofSeconds(5);

    private Postmaster() {}

    /**
     * Finds the process that a server has left running on a folder when it was killed.
     *
     * @param cluster PostgreSQL's data folder
     * @return the process, if it lives and is PostgreSQL on that very folder
     * @throws IOException when {@code postmaster.pid} cannot be read
     */
    static Optional<ProcessHandle> leftOn(Path cluster) throws IOException {
        return PostmasterPid.read(cluster)
                .flatMap(file -> ProcessHandle.of(file.pid()))
                .filter(process -> isPostmasterOf(process, cluster));
    }

    /**
     * Deletes a {@code postmaster.pid} whose process id has since been given to another program. PostgreSQL would take
     * that program for its own and refuse to start. One whose process is gone stays: PostgreSQL sees to it.
     *
     * @param cluster PostgreSQL's data folder, on which no PostgreSQL runs
     * @throws IOException when it cannot be deleted
     */
    static void forgetReusedPid(Path cluster) throws IOException {
        Optional<ProcessHandle> process = PostmasterPid.read(cluster).flatMap(file -> ProcessHandle.of(file.pid()));
        if (process.isPresent() && !isPostmasterOf(process.get(), cluster)) {
            Files.deleteIfExists(PostmasterPid.file(cluster));
        }
    }

    /**
     * Stops a PostgreSQL, ever less gently, and returns when it is gone.
     *
     * @param process its main process
     */
    static void stop(ProcessHandle process) {
        requireNonNull(process, "process is null");
        signal(process, "INT");
        if (!isGone(process, FAST)) {
            signal(process, "QUIT");
            if (!isGone(process, IMMEDIATE)) {
                process.destroyForcibly();
                isGone(process, IMMEDIATE);
            }
        }
    }

    /**
     * Ends what a PostgreSQL that was killed has left: processes still busy with a query keep its shared memory, and no
     * other can start on the folder. They find out by themselves only when their query is done.
     *
     * @param cluster PostgreSQL's data folder, on which no main process runs
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

    // Null where the system does not tell, as macOS does not; there the orphans' own end is waited for.
    private static Path workingFolder(ProcessHandle process) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd"));
        } catch (IOException e) {
            return null;
        }
    }

    // Java sends no signal but TERM and KILL; TERM would wait for every client to leave.
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

    private static boolean isGone(ProcessHandle process, Duration limit) {
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
