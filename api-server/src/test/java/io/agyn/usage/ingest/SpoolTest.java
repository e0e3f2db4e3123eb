package io.agyn.usage.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.usage.ingest.Spool.Segment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    private static final byte[] LINES = "one\ntwo\n".getBytes(UTF_8);

    @TempDir
    private Path folder;

    @Test
    void recordsReachTheOperatingSystemImmediately() throws Exception {
        Spool spool = open(100);
        assertThat(spool.append(LINES)).isTrue();

        // If this process is killed now, the next one finds the file.
        Segment left = open(100).oldest(Duration.ZERO).orElseThrow();
        assertThat(left.file()).hasBinaryContent(LINES);
        assertThat(left.bytes()).isEqualTo(LINES.length);
    }

    @Test
    void spoolDropsRecordsAboveItsLimit() throws Exception {
        Spool spool = open(LINES.length * 2L);
        assertThat(spool.append(LINES)).isTrue();
        spool.closeSegment();
        assertThat(spool.append(LINES)).isTrue();
        assertThat(spool.append(LINES)).isFalse();
        assertThat(spool.bytes()).isEqualTo(LINES.length * 2L);

        spool.delete(spool.oldest(Duration.ZERO).orElseThrow());

        assertThat(spool.bytes()).isEqualTo(LINES.length);
        assertThat(spool.append(LINES)).isTrue();
    }

    @Test
    void recordsOfAnEarlierProcessAreLoadedFirst() throws Exception {
        open(100).append(LINES);
        Spool spool = open(LINES.length);
        assertThat(spool.bytes()).isEqualTo(LINES.length);
        assertThat(spool.append(LINES)).isFalse();
    }

    @Test
    void segmentIsClosedByAgeOnlyIfNoOtherWaits() throws Exception {
        Spool spool = open(100);
        spool.append(LINES);
        spool.closeIfDue();
        assertThat(spool.oldest(Duration.ZERO)).isEmpty();
        Thread.sleep(260);
        spool.closeIfDue();
        Segment first = spool.oldest(Duration.ZERO).orElseThrow();

        spool.append(LINES);
        Thread.sleep(260);
        spool.closeIfDue();
        spool.delete(first);
        assertThat(spool.oldest(Duration.ZERO)).isEmpty();
        spool.closeIfDue();
        assertThat(spool.oldest(Duration.ZERO)).isPresent();
        // The closed one, and the next.
        assertThat(Files.list(folder)).hasSize(2);
    }

    @Test
    void segmentGrowsWhileNoFileCanBeOpened() throws Exception {
        Spool spool = open(100);
        spool.append(LINES);
        Thread.sleep(260);
        Path elsewhere = folder.resolveSibling(folder.getFileName() + "-moved");
        Files.move(folder, elsewhere);
        spool.closeIfDue();
        assertThat(spool.append(LINES)).isTrue();
        assertThat(spool.oldest(Duration.ZERO)).isEmpty();
        Files.move(elsewhere, folder);
        spool.closeIfDue();
        assertThat(spool.oldest(Duration.ZERO))
                .hasValueSatisfying(segment -> assertThat(segment.bytes()).isEqualTo(2L * LINES.length));
    }

    @Test
    void emptySegmentOfAnEarlierProcessIsDeleted() throws Exception {
        open(100);
        open(100);
        assertThat(Files.list(folder)).hasSize(1);
    }

    private Spool open(long limit) throws IOException {
        Spool spool = new Spool(folder, limit);
        spool.open();
        return spool;
    }
}
