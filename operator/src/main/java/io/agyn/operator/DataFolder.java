package io.agyn.operator;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** The data folder of one running server, locked as long as the server runs. */
public final class DataFolder implements AutoCloseable {

    private static final String BASE_URL = "base-url";

    private final FileChannel lock;

    private DataFolder(FileChannel lock) {
        this.lock = lock;
    }

    /**
     * Creates the folder if it is missing, and locks it.
     *
     * @return the folder, to be closed when the server has stopped
     * @throws OperatorException if it cannot be written, or another server uses it
     */
    public static DataFolder open(Path root) {
        return openIfFree(root)
                .orElseThrow(() -> new OperatorException("Another server is running on the data folder " + root
                        + ": stop it, or set AGYN_DATA_DIR to another folder."));
    }

    /**
     * Creates the folder if it is missing, and locks it unless a server runs on it.
     *
     * @return the folder, to be closed; empty if a server runs on it
     * @throws OperatorException if it cannot be written
     */
    public static Optional<DataFolder> openIfFree(Path root) {
        requireNonNull(root, "root is null");
        try {
            createFolder(root);
            FileChannel channel =
                    FileChannel.open(root.resolve("server.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!isLocked(channel)) {
                channel.close();
                return Optional.empty();
            }
            return Optional.of(new DataFolder(channel));
        } catch (IOException e) {
            throw new OperatorException(
                    "The data folder " + root + " cannot be written (" + OperatorException.reason(e)
                            + "): make it writable for this user, or set AGYN_DATA_DIR to another folder.",
                    e);
        }
    }

    /**
     * Publishes the server's URL, for scripts and tests that let it choose the port.
     *
     * @param root the folder
     * @param baseUrl such as {@code http://127.0.0.1:8080}
     * @throws IOException if the file cannot be written
     */
    public static void publishBaseUrl(Path root, String baseUrl) throws IOException {
        // Renamed into place, so that readers never see an incomplete file.
        Path draft = Files.writeString(root.resolve("base-url.tmp"), baseUrl + "\n");
        Files.move(draft, root.resolve(BASE_URL), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Deletes the published URL, including one left by a killed server. */
    public static void withdrawBaseUrl(Path root) throws IOException {
        Files.deleteIfExists(root.resolve(BASE_URL));
    }

    /** Releases the lock. The lock file stays: after deleting it, two servers could lock two files of the same name. */
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new IllegalStateException("server.lock cannot be closed", e);
        }
    }

    private static void createFolder(Path root) throws IOException {
        if (Files.isDirectory(root)) {
            return;
        }
        if (root.getParent() != null) {
            Files.createDirectories(root.getParent());
        }
        Files.createDirectories(
                root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock held = channel.tryLock();
            return held != null;
        } catch (OverlappingFileLockException e) {
            // Locked by this process, as by two servers in one test.
            return false;
        }
    }
}
