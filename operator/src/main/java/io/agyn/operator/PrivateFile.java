package io.agyn.operator;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.Supplier;

/** Creates and replaces files atomically, readable only by their owner. */
public final class PrivateFile {

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private PrivateFile() {}

    /**
     * Creates a file of mode 0600, durably. A crash leaves the whole file or none.
     *
     * @param file the file; its folder must exist
     * @param content its content
     * @throws FileAlreadyExistsException if the file exists; it is unchanged
     * @throws IOException if it cannot be written
     */
    public static void create(Path file, byte[] content) throws IOException {
        requireNonNull(content, "content is null");
        Path folder = folderOf(requireNonNull(file, "file is null"));
        Path draft = draft(file, content);
        try {
            // A link, since a rename would replace a file that another process has created meanwhile.
            Files.createLink(file, draft);
        } finally {
            Files.deleteIfExists(draft);
        }
        syncFolder(folder);
    }

    /**
     * Replaces a file, durably, and keeps its owner and permissions. A crash leaves the old or the new content.
     *
     * @param file the existing file
     * @param content the new content
     * @throws IOException if it cannot be written
     */
    public static void replace(Path file, byte[] content) throws IOException {
        requireNonNull(content, "content is null");
        PosixFileAttributes before =
                Files.readAttributes(requireNonNull(file, "file is null"), PosixFileAttributes.class);
        Path draft = draft(file, content);
        try {
            PosixFileAttributeView after = Files.getFileAttributeView(draft, PosixFileAttributeView.class);
            // An operator who runs this as root must not take the file from the server's user.
            if (!before.owner().equals(after.readAttributes().owner())) {
                after.setOwner(before.owner());
            }
            if (!before.group().equals(after.readAttributes().group())) {
                after.setGroup(before.group());
            }
            after.setPermissions(before.permissions());
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(draft);
        }
        syncFolder(folderOf(file));
    }

    /**
     * Reads a file, after creating it with {@link #create} if it is missing.
     *
     * @param file the file; its folder must exist
     * @param content called only if the file is missing
     * @return the file's content
     * @throws IOException if it cannot be read or written
     */
    public static String readOrCreate(Path file, Supplier<String> content) throws IOException {
        requireNonNull(content, "content is null");
        if (!Files.exists(file)) {
            try {
                create(file, content.get().getBytes(StandardCharsets.UTF_8));
            } catch (FileAlreadyExistsException e) {
                // Another process was faster: its content counts.
            }
        }
        return Files.readString(file);
    }

    /**
     * Syncs a folder, so that its file names are durable.
     *
     * @throws IOException if the file system rejects
     */
    public static void syncFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static Path draft(Path file, byte[] content) throws IOException {
        Path draft = Files.createTempFile(
                file.toAbsolutePath().getParent(), "." + file.getFileName() + ".", ".tmp", OWNER_ONLY);
        try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        } catch (IOException e) {
            Files.deleteIfExists(draft);
            throw e;
        }
        return draft;
    }

    public static Path folderOf(Path file) {
        return requireNonNull(file.toAbsolutePath().getParent(), "the root folder is no file");
    }
}
