package io.agyn.usage.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agyn.usage.ingest.Spool.Segment;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The order, size and files of segments. */
@Timeout(20)
class SpoolSegmentsTest {
    private static final byte[] LINES = "one\ntwo\n".getBytes(UTF_8);

    @TempDir
    private Path folder;

    @Test
    void usageIsReadableByTheServersUserOnly() throws Exception {
        Path missing = folder.resolve("data/usage");
        Spool spool = new Spool(missing, 100);
        spool.open();
        spool.append(LINES);
        spool.closeSegment();
        Path segment = spool.oldest(Duration.ZERO).orElseThrow().file();
        Path rejected = spool.reject(LINES).orElseThrow();

        assertThat(mode(missing)).isEqualTo("rwx------");
        assertThat(mode(segment)).isEqualTo("rw-------");
        assertThat(mode(rejected)).isEqualTo("rw-------");
    }

    @Test
    void segmentsAreLoadedInTheirOrder() throws Exception {
        Spool spool = open(100);
        for (String line : new String[] {"a\n", "b\n", "c\n"}) {
            spool.append(line.getBytes(UTF_8));
            spool.closeSegment();
        }
        for (String line : new String[] {"a\n", "b\n", "c\n"}) {
            Segment oldest = spool.oldest(Duration.ZERO).orElseThrow();
            assertThat(oldest.file()).hasContent(line);
            spool.delete(oldest);
            assertThat(oldest.file()).doesNotExist();
        }
        assertThat(spool.oldest(Duration.ZERO)).isEmpty();
        assertThat(spool.bytes()).isZero();
    }

    @Test
    void segmentsOfAllFormatsAreTakenOverAndOtherFilesAreNot() throws Exception {
        Files.write(folder.resolve("1.v1.copy"), LINES);
        Files.write(folder.resolve("2.v2.copy"), LINES);
        Files.write(folder.resolve("3.v3.copy"), LINES);
        Files.write(folder.resolve("4.v4.copy"), LINES);
        Spool spool = open(100);

        Segment first = spool.oldest(Duration.ZERO).orElseThrow();
        assertThat(first.columns()).isEqualTo(CopyLines.COLUMNS_V1);
        spool.delete(first);
        Segment second = spool.oldest(Duration.ZERO).orElseThrow();
        assertThat(second.columns()).isEqualTo(CopyLines.COLUMNS_V2);
        spool.delete(second);
        Segment third = spool.oldest(Duration.ZERO).orElseThrow();
        assertThat(third.columns()).isEqualTo(CopyLines.COLUMNS);
        spool.delete(third);
        assertThat(spool.oldest(Duration.ZERO)).isEmpty();
    }

    @Test
    void fullSegmentIsClosedWhileOthersWait() throws Exception {
        Spool spool = open(1L << 30);
        spool.append(LINES);
        spool.closeSegment();
        byte[] large = new byte[(8 << 20) - 1];
        Arrays.fill(large, (byte) '\n');

        spool.append(large);
        spool.closeIfDue();
        assertThat(spool.append(LINES)).isTrue();
        spool.closeIfDue();

        spool.delete(spool.oldest(Duration.ZERO).orElseThrow());
        assertThat(spool.oldest(Duration.ZERO))
                .hasValueSatisfying(segment -> assertThat(segment.bytes()).isEqualTo(large.length + LINES.length));
        assertThat(spool.bytes()).isEqualTo(large.length + LINES.length);
    }

    @Test
    void emptySegmentIsNotClosed() throws Exception {
        Spool spool = open(100);
        Thread.sleep(260);
        spool.closeIfDue();
        assertThat(spool.oldest(Duration.ZERO)).isEmpty();
        spool.closeSegment();
        assertThat(folder).isEmptyDirectory();
        assertThat(spool.append(LINES)).as("it opens another").isTrue();
        spool.closeSegment();
        assertThat(spool.oldest(Duration.ZERO)).isPresent();
    }

    @Test
    void skippedSegmentLeavesTheSpoolAndItsFileStays() throws Exception {
        Spool spool = open(100);
        spool.append(LINES);
        spool.closeSegment();
        Segment segment = spool.oldest(Duration.ZERO).orElseThrow();

        spool.remove(segment);
        spool.remove(segment);

        assertThat(spool.bytes()).isZero();
        assertThat(segment.file()).hasBinaryContent(LINES);
    }

    @Test
    void loaderWakesUpForANewSegment() throws Exception {
        Spool spool = open(100);
        CompletableFuture<Segment> loader = CompletableFuture.supplyAsync(() -> await(spool));
        Thread.sleep(100);
        assertThat(loader).isNotDone();
        spool.append(LINES);
        spool.closeSegment();
        assertThat(loader.get(5, TimeUnit.SECONDS).bytes()).isEqualTo(LINES.length);
    }

    @Test
    void stopEndsTheWaitForASegment() throws Exception {
        Spool spool = open(100);
        CompletableFuture<Segment> loader = CompletableFuture.supplyAsync(() -> await(spool));
        Thread.sleep(100);
        spool.wake();
        assertThat(loader.get(5, TimeUnit.SECONDS)).isNull();
    }

    @Test
    void rejectedLinesAreCollectedUpToALimit() throws Exception {
        Spool spool = open(100);
        Path rejected = spool.reject(LINES).orElseThrow();
        spool.reject(LINES);
        assertThat(rejected).hasContent("one\ntwo\none\ntwo\n");

        byte[] rest = new byte[(64 << 20) - 2 * LINES.length];
        assertThat(spool.reject(rest)).contains(rejected);
        assertThat(spool.reject(new byte[1])).isEmpty();
        assertThat(rejected).hasSize(64L << 20);
    }

    @Test
    void folderThatCannotBeCreatedIsReported() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        Spool spool = new Spool(file, 100);
        assertThatThrownBy(spool::open).isInstanceOf(FileSystemException.class).hasMessageContaining("file");
        assertThat(spool.limit()).isEqualTo(100);
    }

    private static Segment await(Spool spool) {
        try {
            return spool.oldest(Duration.ofSeconds(10)).orElse(null);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private Spool open(long limit) throws IOException {
        Spool spool = new Spool(folder, limit);
        spool.open();
        return spool;
    }
}
