package io.agyn.usage.ingest;

import static java.util.Objects.requireNonNull;

import io.agyn.health.BackgroundThread;
import io.agyn.settings.Settings;
import io.agyn.usage.ingest.Spool.Segment;
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
 * Loads the spool's closed segments into the database, on a separate thread, and maintains the table's partitions. While
 * the database is unavailable, segments stay in the spool.
 */
@Singleton
final class UsageLoader {
    private static final Logger LOG = Logger.getLogger(UsageLoader.class);

    private static final Duration IDLE = Duration.ofSeconds(1);
    private static final Duration INITIAL_DELAY = Duration.ofMillis(250);
    private static final Duration MAX_DELAY = Duration.ofSeconds(2);
    // About a minute; then the segment is skipped.
    private static final int MAX_FAILURES = 30;
    private static final Duration MAINTENANCE_INTERVAL = Duration.ofHours(1);
    // Not while the server starts; the first records create the partitions that they need.
    private static final Duration FIRST_MAINTENANCE = Duration.ofMinutes(1);

    private final Spool spool;
    private final UsageTable table;
    private final PendingUsage pending;
    private final Duration retention;
    private final Thread thread = BackgroundThread.unstarted("usage-loader", this::run);

    private volatile boolean stopped;
    private boolean failing;
    private int failures;
    private long nextMaintenance;

    @Inject
    UsageLoader(Spool spool, DataSource dataSource, PendingUsage pending, Settings settings) {
        this(spool, dataSource, pending, settings.usage().retention());
    }

    /** @param retention whole days to keep records */
    UsageLoader(Spool spool, DataSource dataSource, Duration retention) {
        this(spool, dataSource, new PendingUsage(dataSource), retention);
    }

    private UsageLoader(Spool spool, DataSource dataSource, PendingUsage pending, Duration retention) {
        this.spool = requireNonNull(spool, "spool is null");
        this.table = new UsageTable(dataSource);
        this.pending = requireNonNull(pending, "pending is null");
        this.retention = requireNonNull(retention, "retention is null");
    }

    void start() {
        nextMaintenance = System.nanoTime() + FIRST_MAINTENANCE.toNanos();
        thread.start();
    }

    /**
     * Stops after a last attempt to load all segments.
     *
     * @param timeout how long to wait for that
     */
    void stop(Duration timeout) {
        stopped = true;
        spool.wake();
        try {
            thread.join(timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        Duration pause = INITIAL_DELAY;
        try {
            while (!stopped) {
                Optional<Segment> segment = spool.oldest(IDLE);
                if (segment.isEmpty() || load(segment.get())) {
                    pending.write();
                    pause = INITIAL_DELAY;
                } else {
                    pause(pause);
                    pause = pause.multipliedBy(2).compareTo(MAX_DELAY) < 0 ? pause.multipliedBy(2) : MAX_DELAY;
                }
                if (System.nanoTime() - nextMaintenance >= 0) {
                    nextMaintenance = System.nanoTime() + MAINTENANCE_INTERVAL.toNanos();
                    maintain();
                }
            }
            Optional<Segment> segment = spool.oldest(Duration.ZERO);
            while (segment.isPresent() && load(segment.get())) {
                segment = spool.oldest(Duration.ZERO);
            }
            pending.write();
        } catch (InterruptedException e) {
            // Never happens; the next process loads the spool.
            Thread.currentThread().interrupt();
        }
    }

    /** In short steps, so that it can be stopped. */
    private void pause(Duration duration) throws InterruptedException {
        long end = System.nanoTime() + duration.toNanos();
        while (!stopped && System.nanoTime() - end < 0) {
            Thread.sleep(50);
        }
    }

    /** Loads a segment and deletes it; returns whether the next one can be loaded. */
    boolean load(Segment segment) {
        try {
            byte[] bytes = Files.readAllBytes(segment.file());
            table.load(bytes, completeLength(bytes, segment.file()), segment.columns(), this::reject);
            spool.delete(segment);
        } catch (SQLException e) {
            if (!failing) {
                failing = true;
                LOG.warnf(
                        "Usage is buffered in the data folder because the database does not accept it: %s",
                        e.getMessage());
            }
            return false;
        } catch (NoSuchFileException e) {
            LOG.errorf("Usage is lost: %s was deleted before it was loaded", segment.file());
            spool.remove(segment);
        } catch (IOException | UncheckedIOException e) {
            failures++;
            if (failures < MAX_FAILURES) {
                // The process may have reached its file limit for the moment.
                return false;
            }
            LOG.errorf(
                    e,
                    "Usage stays in %s until the next start because the file cannot be read or deleted",
                    segment.file());
            spool.remove(segment);
        } catch (RuntimeException e) {
            LOG.errorf(e, "Usage stays in %s until the next start", segment.file());
            spool.remove(segment);
        }
        failures = 0;
        if (failing) {
            failing = false;
            LOG.info("The database accepts usage again");
        }
        return true;
    }

    /** A process that was killed while writing leaves an incomplete last line. */
    private static int completeLength(byte[] bytes, Path file) {
        int length = bytes.length;
        while (length > 0 && bytes[length - 1] != '\n') {
            length--;
        }
        if (length < bytes.length) {
            LOG.warnf("The last line of %s is incomplete and is skipped", file);
        }
        return length;
    }

    private void reject(byte[] line) {
        try {
            Optional<Path> rejected = spool.reject(line);
            LOG.errorf(
                    "The database rejects a line of usage; it is %s",
                    rejected.isPresent() ? "moved to " + rejected.get() : "dropped because too many are set aside");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Creates the partitions of the next days, and drops partitions older than the retention. */
    void maintain() {
        try {
            int dropped = table.maintain(LocalDate.now(ZoneOffset.UTC), retention);
            if (dropped > 0) {
                LOG.infof("Dropped usage of %d days that is older than %d days", dropped, retention.toDays());
            }
        } catch (SQLException e) {
            LOG.warnf("Usage past its retention stays for another hour: %s", e.getMessage());
        }
    }
}
