package io.agyn.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The contents of {@code postmaster.pid}; PostgreSQL marks a folder in use with it.
 *
 * @param pid the process that wrote it
 * @param port the port, or 0 if not written yet
 * @param ready whether it accepts connections
 */
record PostmasterPid(long pid, int port, boolean ready) {

    private static final int PORT_LINE = 3;
    private static final int STATUS_LINE = 7;

    /**
     * Reads the file.
     *
     * @param cluster PostgreSQL's data folder
     * @return the contents; empty if the file is missing or incomplete
     */
    static Optional<PostmasterPid> read(Path cluster) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(file(cluster));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (lines.isEmpty() || !lines.getFirst().matches("-?[0-9]{1,18}")) {
            return Optional.empty();
        }
        // Negative for a standalone backend.
        long pid = Math.abs(Long.parseLong(lines.getFirst()));
        return Optional.of(new PostmasterPid(
                pid,
                lines.size() > PORT_LINE && lines.get(PORT_LINE).matches("[0-9]{1,5}")
                        ? Integer.parseInt(lines.get(PORT_LINE))
                        : 0,
                lines.size() > STATUS_LINE && lines.get(STATUS_LINE).strip().equals("ready")));
    }

    static Path file(Path cluster) {
        return cluster.resolve("postmaster.pid");
    }
}
