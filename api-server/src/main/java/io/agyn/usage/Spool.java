package io.agyn.usage;

import static java.util.Objects.requireNonNull;

import io.agyn.rest.Uuid7;
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
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Records on their way to the database, in files of lines ("segments") that outlive the process. One is written to; the
 * others are closed, and wait to be loaded and deleted, the oldest first. Written means handed to the operating system: a
 * process that is killed loses nothing of it.
 *
 * <p>The folder belongs to this process alone, as the data folder does that it lies in.
 */
@Singleton
final class Spool {
    // The number rises with any change of the lines. This release also loads what the last one has left, which in turn
    // leaves alone what it does not know.
    private static final String SUFFIX = ".v2.copy";
    private static final String SUFFIX_V1 = ".v1.copy";
    private static final String REJECTED = "lines.rejected";
    private static final long SEGMENT_BYTES = 8L << 20;
    private static final long REJECTED_BYTES = 64L << 20;
    private static final Duration SEGMENT_AGE = Duration.ofMillis(250);

    private final Path folder;
    private final long limit;

    private final Deque<Segment> closed = new ArrayDeque<>();
    private Written written;
    private long length;
    private long firstWrite;
    private long closedBytes;

    /** The segment that is written to. The next one is opened before it is closed, so that there is always one. */
    private record Written(Path file, FileChannel channel) {}

    /**
     * A closed segment.
     *
     * @param file the file
     * @param bytes how long it is
     */
    record Segment(Path file, long bytes) {
        /** The columns of its lines. */
        String columns() {
            return file.getFileName().toString().endsWith(SUFFIX_V1) ? CopyLines.COLUMNS_V1 : CopyLines.COLUMNS;
        }
    }

    @Inject
    Spool(Settings settings) {
        this(settings.dataDir().resolve("usage"), settings.usage().spoolLimit().asLongValue());
    }

    /**
     * @param folder where the segments lie; made where it is missing
     * @param limit the most bytes of all segments together
     */
    Spool(Path folder, long limit) {
        this.folder = requireNonNull(folder, "folder is null");
        this.limit = limit;
    }

    /**
     * Takes over the segments that an earlier process has left.
     *
     * @throws IOException when the folder cannot be made or read
     */
    synchronized void open() throws IOException {
        Files.createDirectories(folder, mode("rwx------"));
        List<Path> left;
        try (Stream<Path> files = Files.list(folder)) {
            left = files.filter(found -> isSegment(found.getFileName().toString()))
                    .sorted()
                    .toList();
        }
        for (Path found : left) {
            long bytes = Files.size(found);
            if (bytes == 0) {
                Files.delete(found);
            } else {
                close(new Segment(found, bytes));
            }
        }
        begin(create());
    }

    private static boolean isSegment(String name) {
        return name.endsWith(SUFFIX) || name.endsWith(SUFFIX_V1);
    }

    /**
     * Writes lines.
     *
     * @return false where there is no room for them
     * @throws IOException when they cannot be written; then none of them is
     */
    synchronized boolean append(byte[] lines) throws IOException {
        if (bytes() + lines.length > limit) {
            return false;
        }
        if (written == null) {
            begin(create());
        }
        if (length == 0) {
            firstWrite = System.nanoTime();
        }
        try {
            ByteBuffer buffer = ByteBuffer.wrap(lines);
            while (buffer.hasRemaining()) {
                written.channel().write(buffer);
            }
        } catch (IOException e) {
            abandon(e);
            throw e;
        }
        length += lines.length;
        return true;
    }

    private Written create() throws IOException {
        Path file = folder.resolve(Uuid7.next() + SUFFIX);
        FileChannel channel = (FileChannel) Files.newByteChannel(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode("rw-------"));
        return new Written(file, channel);
    }

    private void begin(Written next) {
        written = next;
        length = 0;
    }

    /** What was written before is whole; a line that is cut off must not be followed by another. */
    private void abandon(IOException failure) {
        try {
            written.channel().truncate(length);
        } catch (IOException e) {
            failure.addSuppressed(e);
            closeSegment();
        }
    }

    /**
     * Closes the segment where it is long enough, or where the loader has nothing else to do and it is old enough: so an
     * outage makes few long segments, and not many short ones.
     */
    synchronized void closeIfDue() {
        if (length > 0
                && (length >= SEGMENT_BYTES
                        || closed.isEmpty() && System.nanoTime() - firstWrite >= SEGMENT_AGE.toNanos())) {
            Written next;
            try {
                next = create();
            } catch (IOException e) {
                // The process has no more files, or the disk is full: this segment grows.
                return;
            }
            closeSegment();
            begin(next);
        }
    }

    /** Closes the segment that is written to. */
    synchronized void closeSegment() {
        if (written == null) {
            return;
        }
        Written last = written;
        written = null;
        try {
            last.channel().close();
            if (length == 0) {
                Files.deleteIfExists(last.file());
            }
        } catch (IOException e) {
            // All bytes are with the operating system; an empty file is deleted by the next process.
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
     * The oldest closed segment, which stays in the spool.
     *
     * @param patience how long to wait for one; not positive for not at all
     */
    synchronized Optional<Segment> oldest(Duration patience) throws InterruptedException {
        if (closed.isEmpty() && patience.isPositive()) {
            wait(patience.toMillis());
        }
        return Optional.ofNullable(closed.peek());
    }

    /** Ends every wait for a segment. */
    synchronized void wake() {
        notifyAll();
    }

    /**
     * Takes a segment out of the spool and deletes it.
     *
     * @throws IOException when the file stays; it is read again by the next process
     */
    void delete(Segment segment) throws IOException {
        forget(segment);
        Files.deleteIfExists(segment.file());
    }

    /** Takes a segment out of the spool and leaves its file where it is. */
    synchronized void forget(Segment segment) {
        if (closed.remove(segment)) {
            closedBytes -= segment.bytes();
        }
    }

    /**
     * Puts a line aside that the database refuses, for an operator to look at.
     *
     * @return where it is; nothing where too many are there already
     * @throws IOException when it cannot be written
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

    /** The most that they may have. */
    long limit() {
        return limit;
    }

    private static FileAttribute<?> mode(String permissions) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
    }
}
