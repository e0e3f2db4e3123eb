package io.agyn.postgres;

import static java.util.Objects.requireNonNull;

import io.agyn.operator.OperatorException;
import io.agyn.operator.PrivateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;

/**
 * The embedded PostgreSQL's data on disk.
 *
 * @param folder PostgreSQL's data folder
 * @param log PostgreSQL's log file
 * @param password the password of {@link #USERNAME}
 */
record Cluster(Path folder, Path log, String password) {

    static final String USERNAME = "agyn";

    private static final String DRAFT_PREFIX = "postgres.new";

    Cluster {
        requireNonNull(folder, "folder is null");
        requireNonNull(log, "log is null");
        requireNonNull(password, "password is null");
    }

    /** Whether there are databases in the server's data folder. */
    static boolean exists(Path dataFolder) {
        return Files.exists(folder(dataFolder));
    }

    static Path folder(Path dataFolder) {
        return dataFolder.resolve("postgres");
    }

    static Path passwordFile(Path dataFolder) {
        return dataFolder.resolve("postgres-password");
    }

    /**
     * Opens the databases, and creates them the first time.
     *
     * @param dataFolder the server's data folder, locked by the caller
     * @throws OperatorException if they have another PostgreSQL version, are damaged, or cannot be created
     */
    static Cluster open(Path dataFolder, PostgresBinaries binaries) {
        Path folder = folder(dataFolder);
        Path log = dataFolder.resolve("postgres.log");
        Path passwordFile = passwordFile(dataFolder);
        try {
            if (Files.exists(folder)) {
                requireVersion(folder, binaries);
            } else {
                initialize(folder, passwordFile, binaries);
            }
            return new Cluster(folder, log, password(passwordFile));
        } catch (IOException e) {
            throw new OperatorException(
                    "The embedded PostgreSQL's folder " + folder + " cannot be used (" + OperatorException.reason(e)
                            + "): free disk space, make it writable for this user, or set AGYN_DATA_DIR to another"
                            + " folder.",
                    e);
        }
    }

    /**
     * Reads the databases' password.
     *
     * @throws OperatorException if the file is missing
     */
    static String password(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new OperatorException(
                    "The password of the embedded PostgreSQL is missing: restore the file " + file + " from a backup.");
        }
        return Files.readString(file).strip();
    }

    private static void requireVersion(Path folder, PostgresBinaries binaries) throws IOException {
        Path file = folder.resolve("PG_VERSION");
        if (!Files.exists(file)) {
            throw new OperatorException(folder + " is not a data folder of PostgreSQL: restore it from a backup, or"
                    + " set AGYN_DATA_DIR to another folder.");
        }
        String found = Files.readString(file).strip();
        if (!found.equals(binaries.major())) {
            throw new OperatorException("The data folder " + folder + " is of PostgreSQL " + found
                    + ", and this server brings PostgreSQL " + binaries.major()
                    + ": run the release of Agyn that created it, or set AGYN_DATA_DIR to another folder.");
        }
    }

    // In a temporary folder, renamed at the end, so that a kill leaves nothing that looks like a database.
    private static void initialize(Path folder, Path passwordFile, PostgresBinaries binaries) throws IOException {
        Path parent = PrivateFile.folderOf(folder);
        deleteDrafts(parent);
        PrivateFile.readOrCreate(passwordFile, () -> randomPassword() + "\n");
        Path draft = Files.createTempDirectory(parent, DRAFT_PREFIX);
        initdb(binaries, draft, passwordFile);
        Files.move(draft, folder, StandardCopyOption.ATOMIC_MOVE);
        PrivateFile.syncFolder(parent);
    }

    private static String randomPassword() {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    private static void initdb(PostgresBinaries binaries, Path draft, Path passwordFile) throws IOException {
        Process process = PostgresCommand.foreground(List.of(
                        binaries.program("initdb").toString(),
                        "--pgdata=" + draft,
                        "--username=" + USERNAME,
                        "--pwfile=" + passwordFile,
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        // Sorts by code point, independent of the system and its C library.
                        "--locale=C",
                        "--locale-provider=builtin",
                        "--builtin-locale=C.UTF-8",
                        "--data-checksums"))
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new OperatorException("PostgreSQL cannot create its data folder: "
                        + output.lines().reduce("", (previous, line) -> line.isBlank() ? previous : line.strip()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperatorException("The server was stopped while PostgreSQL created its data folder.", e);
        }
    }

    private static void deleteDrafts(Path dataFolder) throws IOException {
        try (DirectoryStream<Path> drafts = Files.newDirectoryStream(dataFolder, DRAFT_PREFIX + "*")) {
            for (Path draft : drafts) {
                Folders.delete(draft);
            }
        }
    }
}
