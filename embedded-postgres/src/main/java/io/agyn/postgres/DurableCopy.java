package io.agyn.postgres;

import static java.util.Objects.requireNonNull;

import io.agyn.operator.PrivateFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Copies a folder while another program writes to it. The copy is private, and on disk when it is finished. */
final class DurableCopy {
    private final Path source;
    private final Path target;
    private final List<Path> folders = new ArrayList<>();
    private long bytes;

    DurableCopy(Path source, Path target) {
        this.source = requireNonNull(source, "source is null");
        this.target = requireNonNull(target, "target is null");
    }

    /** The number of copied bytes. */
    long bytes() {
        return bytes;
    }

    /**
     * Creates the folders and copies the files. Files that are deleted meanwhile may be in the copy or not.
     *
     * @param isCopied selects folders and files by their relative path
     */
    void all(Predicate<Path> isCopied) throws IOException {
        Files.walkFileTree(source, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                if (!folder.equals(source) && !isCopied.test(source.relativize(folder))) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Path copy = target.resolve(source.relativize(folder));
                Files.createDirectory(
                        copy, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                folders.add(copy);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isSymbolicLink()) {
                    throw new FileSystemException(file.toString(), null, "is a link, which is not followed");
                }
                if (isCopied.test(source.relativize(file))) {
                    try {
                        one(source.relativize(file).toString());
                    } catch (NoSuchFileException e) {
                        // Deleted after it was listed.
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }
        });
    }

    /**
     * Copies a file in its current state.
     *
     * @param path the relative path
     * @throws NoSuchFileException if it does not exist; then it is not in the copy either
     */
    void one(String path) throws IOException {
        try (FileChannel from = FileChannel.open(source.resolve(path), StandardOpenOption.READ);
                FileChannel to = create(path)) {
            long size = from.size();
            long done = 0;
            long step = 1;
            // Reads nothing if the file was truncated meanwhile.
            while (done < size && step > 0) {
                step = from.transferTo(done, size - done, to);
                done += step;
            }
            to.force(true);
            bytes += done;
        }
    }

    /**
     * Copies a file that is always overwritten completely: it is read until two reads are equal, since one read may
     * see half of a write.
     */
    void stable(String path) throws IOException {
        byte[] content = Files.readAllBytes(source.resolve(path));
        byte[] before;
        do {
            before = content;
            content = Files.readAllBytes(source.resolve(path));
        } while (!Arrays.equals(before, content));
        add(path, content);
    }

    /** Adds a file that the source does not have. */
    void add(String path, byte[] content) throws IOException {
        try (FileChannel to = create(path)) {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                to.write(buffer);
            }
            to.force(true);
            bytes += content.length;
        }
    }

    /** Syncs the folders, so that all file names are durable. */
    void finish() throws IOException {
        for (Path folder : folders) {
            PrivateFile.syncFolder(folder);
        }
        PrivateFile.syncFolder(PrivateFile.folderOf(target));
    }

    private FileChannel create(String path) throws IOException {
        return FileChannel.open(
                target.resolve(path),
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
}
