package io.agyn.proxy.stored;

import static java.util.Objects.requireNonNull;

import io.agyn.health.BackgroundThread;
import io.agyn.logging.Exceptions;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;

/**
 * Writes the addresses of stored objects to the database, in batches on a separate thread. A kill of the process loses
 * those of the last 50 ms, and all that wait while the database is unavailable.
 */
@Singleton
class StoredObjectWriter {
    private static final Logger LOG = Logger.getLogger(StoredObjectWriter.class);
    private static final int MAX_QUEUED = 65_536;
    private static final int BATCH = 1_000;
    // Other servers look an unknown object up again for up to a second.
    private static final Duration INTERVAL = Duration.ofMillis(50);
    private static final Duration IDLE = Duration.ofMillis(250);
    private static final Duration INITIAL_DELAY = Duration.ofMillis(250);
    private static final Duration MAX_DELAY = Duration.ofSeconds(2);
    private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(3);
    private static final int AFTER_ALL_OTHERS = 10_000;

    private final StoredObjectTable table;
    private final BlockingQueue<StoredObject> queue = new LinkedBlockingQueue<>(MAX_QUEUED);
    private final List<StoredObject> unwritten = new ArrayList<>();
    private final LongAdder dropped = new LongAdder();
    private final Thread thread = BackgroundThread.unstarted("stored-object-writer", this::run);
    private volatile boolean stopped;
    private boolean failing;
    private long reported;
    private long nextReport = System.nanoTime();

    StoredObjectWriter(StoredObjectTable table) {
        this.table = requireNonNull(table, "table is null");
    }

    /** Queues an object. Never waits and never throws; if the queue is full, the object is dropped and counted. */
    void add(StoredObject object) {
        if (!queue.offer(object)) {
            dropped.increment();
        }
    }

    /** The number of objects that are not in the database yet, without those of the current batch. */
    int queued() {
        return queue.size();
    }

    long droppedObjects() {
        return dropped.sum();
    }

    void start(@Observes StartupEvent event) {
        thread.start();
    }

    void stop(@Observes @Priority(AFTER_ALL_OTHERS) ShutdownEvent event) throws InterruptedException {
        stopped = true;
        thread.join(STOP_TIMEOUT);
    }

    private void run() {
        try {
            while (!stopped) {
                StoredObject first = queue.poll(IDLE.toMillis(), TimeUnit.MILLISECONDS);
                if (first != null) {
                    unwritten.add(first);
                    Thread.sleep(INTERVAL);
                    writeQueued();
                }
                reportDropped();
            }
            writeQueued();
        } catch (InterruptedException e) {
            // Never happens.
            Thread.currentThread().interrupt();
        }
    }

    private void writeQueued() throws InterruptedException {
        do {
            queue.drainTo(unwritten, BATCH - unwritten.size());
            if (!write()) {
                return;
            }
        } while (!queue.isEmpty());
    }

    /** Writes a batch, and repeats it until the database accepts it or the server stops. */
    private boolean write() throws InterruptedException {
        Duration pause = INITIAL_DELAY;
        while (!unwritten.isEmpty() && !tryWrite()) {
            if (stopped) {
                return false;
            }
            reportDropped();
            Thread.sleep(pause);
            pause = pause.multipliedBy(2).compareTo(MAX_DELAY) < 0 ? pause.multipliedBy(2) : MAX_DELAY;
        }
        return true;
    }

    private boolean tryWrite() {
        try {
            table.insert(unwritten);
            unwritten.clear();
            if (failing) {
                failing = false;
                LOG.info("The database accepts stored objects again");
            }
            return true;
        } catch (SQLException e) {
            if (!failing) {
                failing = true;
                LOG.warnf("New stored objects are known to this server only: %s", e.getMessage());
            }
            return false;
        } catch (RuntimeException e) {
            LOG.error("Stored objects cannot be retrieved later", Exceptions.withoutMessages(e));
            dropped.add(unwritten.size());
            unwritten.clear();
            return true;
        }
    }

    private void reportDropped() {
        long all = dropped.sum();
        if (all > reported && System.nanoTime() - nextReport >= 0) {
            nextReport = System.nanoTime() + LOG_INTERVAL.toNanos();
            LOG.errorf(
                    "Stored objects cannot be retrieved later (number: %d) because the database accepts them too slowly",
                    all - reported);
            reported = all;
        }
    }
}
