package io.agyn.usage.ingest;

import static java.util.Objects.requireNonNull;

import io.agyn.ids.Uuid7;
import io.agyn.settings.Settings;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Buffers records for the database, in files of lines ("segments") that outlive the process. One segment is being
 * written; the others are closed, and wait to be loaded and deleted, oldest first. Written data is with the operating
 * system, so a kill of the process loses nothing.
 *
 * <p>Only this process uses the folder, which is in its data folder.
 */
@Singleton
final class Spool {
    // The number increases with each change of the format. This release also loads segments of earlier ones, which
    // ignore unknown ones.
    private static final String SUFFIX = ".v3.copy";
    // The columns of the lines, by the suffix.
    private static final Map<String, String> FORMATS =
            Map.of(".v1.copy", CopyLines.COLUMNS_V1, ".v2.copy", CopyLines.COLUMNS_V2, SUFFIX, CopyLines.COLUMNS);
    private static final String REJECTED = "lines.rejected";
    private static final long SEGMENT_BYTES = 8L << 20;
    private static final long REJECTED_BYTES = 64L << 20;
    private static final Duration SEGMENT_AGE = Duration.ofMillis(250);

    private final Path folder;
    private final long limit;

    private final Deque<Segment> closed = new ArrayDeque<>();
    private @Nullable OpenSegment current;
    private long length;
    private long firstWrite;
    private long closedBytes;

    /** The segment that is being written. The next one is opened before it is closed, so that there is always one. */
    private record OpenSegment(Path file, FileChannel channel) {}

    /**
     * A closed segment.
     *
     * @param file the file
     * @param bytes its length
     */
    record Segment(Path file, long bytes) {
        /** The columns of its lines. */
        String columns() {
            return columnsOf(file).orElseThrow();
        }
    }

    @Inject
    Spool(Settings settings) {
        this(settings.dataDir().resolve("usage"), settings.usage().spoolLimit().asLongValue());
    }

    /**
     * @param folder the folder of the segments; created if it is missing
     * @param limit the most bytes of all segments together
     */
    Spool(Path folder, long limit) {
        this.folder = requireNonNull(folder, "folder is null");
        this.limit = limit;
    }

    /**
     * Takes over the segments of an earlier process.
     *
     * @throws IOException if the folder cannot be created or read
     */
    synchronized void open() throws IOException {
        Files.createDirectories(folder, mode("rwx------"));
        List<Path> leftover;
        try (Stream<Path> files = Files.list(folder)) {
            leftover =
                    files.filter(found -> columnsOf(found).isPresent()).sorted().toList();
        }
        for (Path found : leftover) {
            long bytes = Files.size(found);
            if (bytes == 0) {
                Files.delete(found);
            } else {
                close(new Segment(found, bytes));
            }
        }
        begin(create());
    }

    /** The columns of a segment's lines; empty for other files. */
    private static Optional<String> columnsOf(Path file) {
        String name = file.getFileName().toString();
        return FORMATS.entrySet().stream()
                .filter(format -> name.endsWith(format.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /**
     * Writes lines.
     *
     * @return false if there is no room for them
     * @throws IOException if they cannot be written; then none of them is
     */
    synchronized boolean append(byte[] lines) throws IOException {
        if (bytes() + lines.length > limit) {
            return false;
        }
        OpenSegment segment = current == null ? begin(create()) : current;
        if (length == 0) {
            firstWrite = System.nanoTime();
        }
        try {
            ByteBuffer buffer = ByteBuffer.wrap(lines);
            while (buffer.hasRemaining()) {
                segment.channel().write(buffer);
            }
        } catch (IOException e) {
            abandon(segment, e);
            throw e;
        }
        length += lines.length;
        return true;
    }

    private OpenSegment create() throws IOException {
        Path file = folder.resolve(Uuid7.next() + SUFFIX);
        FileChannel channel = (FileChannel) Files.newByteChannel(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode("rw-------"));
        return new OpenSegment(file, channel);
    }

    private OpenSegment begin(OpenSegment next) {
        current = next;
        length = 0;
        return next;
    }

    /** Earlier lines stay complete; a truncated line must not be followed by another. */
    private void abandon(OpenSegment segment, IOException failure) {
        try {
            segment.channel().truncate(length);
        } catch (IOException e) {
            failure.addSuppressed(e);
            closeSegment();
        }
    }

    /**
     * Closes the segment if it is long enough, or if the loader is idle and it is old enough, so that an outage
     * creates few long segments instead of many short ones.
     */
    synchronized void closeIfDue() {
        if (length > 0
                && (length >= SEGMENT_BYTES
                        || closed.isEmpty() && System.nanoTime() - firstWrite >= SEGMENT_AGE.toNanos())) {
            OpenSegment next;
            try {
                next = create();
            } catch (IOException e) {
                // The file limit is reached, or the disk is full: this segment grows.
                return;
            }
            closeSegment();
            begin(next);
        }
    }

    /** Closes the segment that is being written. */
    synchronized void closeSegment() {
        if (current == null) {
            return;
        }
        OpenSegment last = current;
        current = null;
        try {
            last.channel().close();
            if (length == 0) {
                Files.deleteIfExists(last.file());
            }
        } catch (IOException e) {
            // All bytes are with the operating system; the next process deletes an empty file.
        }
        if (length > 0) {
            close(new Segment(last.file(), length));
            length = 0;
        }
    }

    private void close(Segment segment) {
        closed.add(segment);
        closedBytes += segment.bytes();
        notifyAll();
    }

    /**
     * Returns the oldest closed segment, which stays in the spool.
     *
     * @param timeout how long to wait for one; zero or negative: do not wait
     */
    synchronized Optional<Segment> oldest(Duration timeout) throws InterruptedException {
        if (closed.isEmpty() && timeout.isPositive()) {
            wait(timeout.toMillis());
        }
        return Optional.ofNullable(closed.peek());
    }

    /** Ends all waits for a segment. */
    synchronized void wake() {
        notifyAll();
    }

    /**
     * Removes a segment from the spool and deletes it.
     *
     * @throws IOException if the file cannot be deleted; the next process loads it again
     */
    void delete(Segment segment) throws IOException {
        remove(segment);
        Files.deleteIfExists(segment.file());
    }

    /** Removes a segment from the spool, and keeps its file. */
    synchronized void remove(Segment segment) {
        if (closed.remove(segment)) {
            closedBytes -= segment.bytes();
        }
    }

    /**
     * Saves a line that the database rejects, for an operator to look at.
     *
     * @return the file; empty if it is full
     * @throws IOException if it cannot be written
     */
    Optional<Path> reject(byte[] line) throws IOException {
        Path rejected = folder.resolve(REJECTED);
        if (Files.exists(rejected) && Files.size(rejected) + line.length > REJECTED_BYTES) {
            return Optional.empty();
        }
        try (FileChannel to = FileChannel.open(
                rejected, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND), mode("rw-------"))) {
            to.write(ByteBuffer.wrap(line));
        }
        return Optional.of(rejected);
    }

    /** The length of all segments. */
    synchronized long bytes() {
        return closedBytes + length;
    }

    /** The maximum length of all segments. */
    long limit() {
        return limit;
    }

    private static FileAttribute<?> mode(String permissions) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
    }
}
