package io.agyn.usage;

import static java.util.Objects.requireNonNull;

import io.agyn.health.BackgroundThread;
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

/**
 * Takes the records of calls: each gets its access line, and goes by the {@link Spool} into the database.
 *
 * <p>A record is in the spool, and so safe from the process being killed, within half a second, and in the database
 * about half a second later. Records that there is no room for are dropped and counted, and calls go on.
 */
@Singleton
public final class CallRecords {
    private static final Logger LOG = Logger.getLogger(CallRecords.class);

    // Two seconds of a busy server, in case that the disk does not take anything for so long.
    private static final int MOST_QUEUED = 65_536;
    private static final int MANY = 4_096;
    private static final int BATCH = 512;
    private static final Duration INTERVAL = Duration.ofMillis(250);
    private static final Duration SILENCE = Duration.ofMinutes(1);
    private static final Duration LAST_WRITE = Duration.ofSeconds(1);
    private static final Duration LAST_LOAD = Duration.ofSeconds(3);
    private static final int AFTER_ALL_OTHERS = 10_000;

    private final Spool spool;
    private final AccessLog accessLog;
    private final UsageLoader loader;
    private final Thread thread = BackgroundThread.unstarted("usage-writer", this::run);

    // A stack, which any number of threads push onto with one compare-and-set, and which is taken away whole.
    private final AtomicReference<Queued> newest = new AtomicReference<>();
    private final LongAdder dropped = new LongAdder();
    private volatile boolean stopped;

    private final LineBuffer lines = new LineBuffer();
    private final CopyLines copyLines = new CopyLines();
    private String reason = "";
    private long reported;
    private long nextReport = System.nanoTime();

    /** A record, those that came before it, and how many it is with them. */
    private record Queued(CallRecord record, Queued before, int depth) {}

    CallRecords(Spool spool, AccessLog accessLog, UsageLoader loader) {
        this.spool = requireNonNull(spool, "spool is null");
        this.accessLog = requireNonNull(accessLog, "accessLog is null");
        this.loader = requireNonNull(loader, "loader is null");
    }

    /**
     * Takes a record. It never waits and never throws, and may be called by any thread.
     *
     * @param record the record; without an organization it gets an access line only
     */
    public void add(CallRecord record) {
        Queued before = newest.get();
        while (true) {
            int depth = before == null ? 1 : before.depth() + 1;
            if (depth > MOST_QUEUED) {
                dropped.increment();
                return;
            }
            Queued seen = newest.compareAndExchange(before, new Queued(record, before, depth));
            if (seen == before) {
                if (depth == MANY) {
                    LockSupport.unpark(thread);
                }
                return;
            }
            before = seen;
        }
    }

    /** How many records wait to be written to the spool. */
    public int queued() {
        Queued last = newest.get();
        return last == null ? 0 : last.depth();
    }

    /** How many bytes of records wait in the spool to be loaded into the database. */
    public long spooledBytes() {
        return spool.bytes();
    }

    /** How many records were dropped since the server started, since there was no room for them. */
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
        thread.join(LAST_WRITE);
        accessLog.stop(LAST_WRITE);
        loader.stop(LAST_LOAD);
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

    /** Writes all that is queued, in batches, the oldest first. */
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
                reason = "the database does not take it and the spool in the data folder is full at " + spool.limit()
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
            nextReport = System.nanoTime() + SILENCE.toNanos();
            LOG.errorf(
                    "Usage is lost (calls: %d), since %s",
                    all - reported, reason.isEmpty() ? "more calls ended at once than could be written down" : reason);
            reported = all;
            reason = "";
        }
    }
}
