package io.agyn.usage.ingest;

import static java.util.Objects.requireNonNull;

import io.agyn.health.BackgroundThread;
import io.agyn.usage.CallRecord;
import io.agyn.usage.LineBuffer;
import io.agyn.usage.accesslog.AccessLog;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Collects usage records: each gets an access line, and goes through the {@link Spool} into the database.
 *
 * <p>Within half a second, a record is in the spool, where it survives a kill of the process; about half a second
 * later, it is in the database. When there is no room, records are dropped and counted, and calls continue.
 */
@Singleton
public final class CallRecords {
    private static final Logger LOG = Logger.getLogger(CallRecords.class);

    // Two seconds of a busy server, in case the disk blocks that long.
    private static final int MAX_QUEUED = 65_536;
    private static final int WAKE_UP_DEPTH = 4_096;
    private static final int BATCH = 512;
    private static final Duration INTERVAL = Duration.ofMillis(250);
    private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration LOAD_TIMEOUT = Duration.ofSeconds(3);
    private static final int AFTER_ALL_OTHERS = 10_000;

    private final Spool spool;
    private final AccessLog accessLog;
    private final UsageLoader loader;
    private final Thread thread = BackgroundThread.unstarted("usage-writer", this::run);

    // A stack: any number of threads push with one compare-and-set, and the writer takes all at once.
    private final AtomicReference<@Nullable Queued> newest = new AtomicReference<>();
    private final LongAdder dropped = new LongAdder();
    private volatile boolean stopped;

    private final LineBuffer lines = new LineBuffer();
    private final CopyLines copyLines = new CopyLines();
    private String reason = "";
    private long reported;
    private long nextReport = System.nanoTime();

    /** A record, the earlier ones, and their number including this one. */
    private record Queued(CallRecord record, @Nullable Queued before, int depth) {}

    CallRecords(Spool spool, AccessLog accessLog, UsageLoader loader) {
        this.spool = requireNonNull(spool, "spool is null");
        this.accessLog = requireNonNull(accessLog, "accessLog is null");
        this.loader = requireNonNull(loader, "loader is null");
    }

    /**
     * Queues a record. Never blocks and never throws; thread-safe.
     *
     * @param record the record; without an organization, it gets only an access line
     */
    public void add(CallRecord record) {
        Queued before = newest.get();
        while (true) {
            int depth = before == null ? 1 : before.depth() + 1;
            if (depth > MAX_QUEUED) {
                dropped.increment();
                return;
            }
            Queued seen = newest.compareAndExchange(before, new Queued(record, before, depth));
            if (seen == before) {
                if (depth == WAKE_UP_DEPTH) {
                    LockSupport.unpark(thread);
                }
                return;
            }
            before = seen;
        }
    }

    /** The number of records that wait for the spool. */
    public int queued() {
        Queued last = newest.get();
        return last == null ? 0 : last.depth();
    }

    /** The bytes in the spool that wait for the database. */
    public long spooledBytes() {
        return spool.bytes();
    }

    /** The number of dropped records since the server started. */
    public long droppedRecords() {
        return dropped.sum();
    }

    void start(@Observes StartupEvent event) throws IOException {
        spool.open();
        accessLog.start();
        loader.start();
        thread.start();
    }

    void stop(@Observes @Priority(AFTER_ALL_OTHERS) ShutdownEvent event) throws InterruptedException {
        stopped = true;
        LockSupport.unpark(thread);
        thread.join(WRITE_TIMEOUT);
        accessLog.stop(WRITE_TIMEOUT);
        loader.stop(LOAD_TIMEOUT);
    }

    private void run() {
        while (!stopped) {
            LockSupport.parkNanos(this, INTERVAL.toNanos());
            try {
                drain();
                spool.closeIfDue();
                reportDropped();
            } catch (RuntimeException e) {
                LOG.error("Records of calls are lost", e);
            }
        }
        drain();
        spool.closeSegment();
        nextReport = System.nanoTime();
        reportDropped();
    }

    /** Writes all queued records in batches, oldest first. */
    private void drain() {
        Queued last = newest.getAndSet(null);
        if (last == null) {
            return;
        }
        CallRecord[] records = new CallRecord[last.depth()];
        for (Queued queued = last; queued != null; queued = queued.before()) {
            records[queued.depth() - 1] = queued.record();
        }
        for (int from = 0; from < records.length; from += BATCH) {
            write(records, from, Math.min(from + BATCH, records.length));
        }
    }

    private void write(CallRecord[] records, int from, int to) {
        lines.truncate(0);
        int count = 0;
        for (int i = from; i < to; i++) {
            int begin = lines.length();
            try {
                accessLog.add(records[i]);
                if (records[i].organizationId() != null) {
                    copyLines.append(lines, records[i]);
                    count++;
                }
            } catch (RuntimeException e) {
                lines.truncate(begin);
                LOG.error("A record of a call cannot be written", e);
            }
        }
        spool(count);
        accessLog.flush();
    }

    private void spool(int count) {
        if (count == 0) {
            return;
        }
        try {
            if (!spool.append(lines.toBytes())) {
                dropped.add(count);
                reason = "the database does not accept it and the spool in the data folder is full at " + spool.limit()
                        + " bytes (AGYN_USAGE_SPOOL_LIMIT)";
            }
        } catch (IOException e) {
            dropped.add(count);
            reason = "the spool in the data folder cannot be written (" + e.getMessage() + ")";
        }
    }

    private void reportDropped() {
        long all = dropped.sum();
        if (all > reported && System.nanoTime() - nextReport >= 0) {
            nextReport = System.nanoTime() + LOG_INTERVAL.toNanos();
            LOG.errorf(
                    "Usage is lost (calls: %d) because %s",
                    all - reported, reason.isEmpty() ? "more calls ended at once than could be written" : reason);
            reported = all;
            reason = "";
        }
    }
}
