package io.agyn.usage;

import static java.util.Objects.requireNonNull;

import io.agyn.health.BackgroundThread;
import io.agyn.settings.Settings;
import io.agyn.usage.Spool.Segment;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * Brings the spool's closed segments into the database, on a thread of its own, and keeps the table's partitions. While
 * the database is away, segments stay where they are.
 */
@Singleton
final class UsageLoader {
    private static final Logger LOG = Logger.getLogger(UsageLoader.class);

    private static final Duration IDLE = Duration.ofSeconds(1);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    // For about a minute; then the others are loaded without it.
    private static final int MOST_FAILURES = 30;
    private static final Duration TIDY = Duration.ofHours(1);
    // Not while the server starts, and the days that calls need are made with the first of them.
    private static final Duration FIRST_TIDY = Duration.ofMinutes(1);

    private final Spool spool;
    private final UsageTable table;
    private final Duration retention;
    private final Thread thread = BackgroundThread.unstarted("usage-loader", this::run);

    private volatile boolean stopped;
    private boolean failing;
    private int failures;
    private long nextTidy;

    @Inject
    UsageLoader(Spool spool, DataSource dataSource, Settings settings) {
        this(spool, dataSource, settings.usage().retention());
    }

    /** @param retention whole days for which records are kept */
    UsageLoader(Spool spool, DataSource dataSource, Duration retention) {
        this.spool = requireNonNull(spool, "spool is null");
        this.table = new UsageTable(dataSource);
        this.retention = requireNonNull(retention, "retention is null");
    }

    void start() {
        nextTidy = System.nanoTime() + FIRST_TIDY.toNanos();
        thread.start();
    }

    /**
     * Ends after one last try to load what is there.
     *
     * @param patience how long to wait for that
     */
    void stop(Duration patience) {
        stopped = true;
        spool.wake();
        try {
            thread.join(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        Duration pause = FIRST_PAUSE;
        try {
            while (!stopped) {
                Optional<Segment> segment = spool.oldest(IDLE);
                if (segment.isEmpty() || load(segment.get())) {
                    pause = FIRST_PAUSE;
                } else {
                    pause(pause);
                    pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
                }
                if (System.nanoTime() - nextTidy >= 0) {
                    nextTidy = System.nanoTime() + TIDY.toNanos();
                    tidy();
                }
            }
            Optional<Segment> segment = spool.oldest(Duration.ZERO);
            while (segment.isPresent() && load(segment.get())) {
                segment = spool.oldest(Duration.ZERO);
            }
        } catch (InterruptedException e) {
            // Nobody does; what is spooled is loaded by the next process.
            Thread.currentThread().interrupt();
        }
    }

    /** In short steps, to be stopped soon. */
    private void pause(Duration duration) throws InterruptedException {
        long end = System.nanoTime() + duration.toNanos();
        while (!stopped && System.nanoTime() - end < 0) {
            Thread.sleep(50);
        }
    }

    /** Loads a segment and deletes it; answers whether that is done with, so that the next one can come. */
    boolean load(Segment segment) {
        try {
            byte[] bytes = Files.readAllBytes(segment.file());
            table.load(bytes, wholeLines(bytes, segment.file()), segment.columns(), this::reject);
            spool.delete(segment);
        } catch (SQLException e) {
            if (!failing) {
                failing = true;
                LOG.warnf(
                        "Usage waits in the data folder, since the database does not take it for now: %s",
                        e.getMessage());
            }
            return false;
        } catch (NoSuchFileException e) {
            LOG.errorf("Usage is lost: %s was deleted before it was loaded", segment.file());
            spool.forget(segment);
        } catch (IOException | UncheckedIOException e) {
            failures++;
            if (failures < MOST_FAILURES) {
                // The process may have run out of files for now.
                return false;
            }
            LOG.errorf(
                    e, "Usage stays in %s until the next start, since that cannot be read or deleted", segment.file());
            spool.forget(segment);
        } catch (RuntimeException e) {
            LOG.errorf(e, "Usage stays in %s until the next start", segment.file());
            spool.forget(segment);
        }
        failures = 0;
        if (failing) {
            failing = false;
            LOG.info("The database takes usage again");
        }
        return true;
    }

    /** A process that is killed while it writes leaves the beginning of a line at the end. */
    private static int wholeLines(byte[] bytes, Path file) {
        int length = bytes.length;
        while (length > 0 && bytes[length - 1] != '\n') {
            length--;
        }
        if (length < bytes.length) {
            LOG.warnf("The last line of %s is cut off, and left out", file);
        }
        return length;
    }

    private void reject(byte[] line) {
        try {
            Optional<Path> rejected = spool.reject(line);
            LOG.errorf(
                    "The database refuses a line of usage; it is %s",
                    rejected.isPresent() ? "put into " + rejected.get() : "dropped, since too many are put aside");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes the coming days' partitions and drops those of days that are older than the retention. */
    void tidy() {
        try {
            int dropped = table.tidy(LocalDate.now(ZoneOffset.UTC), retention);
            if (dropped > 0) {
                LOG.infof("Usage of %d days is dropped, which is older than %d days", dropped, retention.toDays());
            }
        } catch (SQLException e) {
            LOG.warnf("Usage that is too old stays for another hour: %s", e.getMessage());
        }
    }
}
