package io.agyn.usage.accesslog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.settings.Settings.Log.Format;
import io.agyn.testing.LogLines;
import io.agyn.usage.Records;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DroppedLinesTest {
    private static final int LINES_PER_BATCH = 3;

    private final Records records = new Records(UUID.randomUUID());
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final CountDownLatch writing = new CountDownLatch(1);
    private final CountDownLatch unblocked = new CountDownLatch(1);
    private final AccessLog log = new AccessLog(new PrintStream(new BlockedOutput()), true, Format.TEXT);
    private LogLines server;

    @BeforeEach
    void watch() {
        server = LogLines.watch();
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void droppedLinesAreCountedInTheServersLog() throws Exception {
        fillBlockedOutput();
        assertThat(reports()).as("while the output is blocked").isEmpty();
        unblocked.countDown();
        log.stop(Duration.ofSeconds(10));

        long dropped = 200 * LINES_PER_BATCH - written.toString(UTF_8).lines().count();
        assertThat(dropped).isPositive();
        assertThat(reports())
                .containsExactly(
                        "Access log lines were dropped (calls: " + dropped + ") because standard output was blocked");
    }

    @Test
    void droppedLinesAreReportedAsSoonAsTheOutputWorksAgain() throws Exception {
        fillBlockedOutput();
        unblocked.countDown();
        while (reports().isEmpty()) {
            batches(1);
            Thread.sleep(1);
        }
        batches(1);
        log.stop(Duration.ofSeconds(10));
        assertThat(reports()).hasSize(1);
    }

    @Test
    void nothingIsReportedWithoutADroppedLine() throws Exception {
        unblocked.countDown();
        log.start();
        batches(100);
        log.stop(Duration.ofSeconds(10));
        assertThat(written.toString(UTF_8)).hasLineCount(100 * LINES_PER_BATCH);
        assertThat(reports()).isEmpty();
    }

    /** Adds 200 batches, more than fit into the queue, while the log's thread is blocked in the first one. */
    private void fillBlockedOutput() throws InterruptedException {
        log.start();
        batches(1);
        writing.await();
        batches(199);
    }

    private void batches(int count) {
        for (int i = 0; i < count * LINES_PER_BATCH; i++) {
            log.add(records.next());
            if (i % LINES_PER_BATCH == LINES_PER_BATCH - 1) {
                log.flush();
            }
        }
    }

    private List<String> reports() {
        return server.of(AccessLog.class.getName(), Level.SEVERE).stream()
                .map(LogLines::text)
                .toList();
    }

    private final class BlockedOutput extends OutputStream {
        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            writing.countDown();
            try {
                unblocked.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            written.write(bytes, from, length);
        }
    }
}
