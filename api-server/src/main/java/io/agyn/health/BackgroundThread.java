package io.agyn.health;

import static java.util.Objects.requireNonNull;

import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jboss.logging.Logger;

/**
 * Threads that run as long as the server. If one ends with an exception or error, liveness fails: without the change
 * feed, for example, revoked tokens would keep working.
 */
public final class BackgroundThread {
    private static final Logger LOG = Logger.getLogger(BackgroundThread.class);

    // Static, since some of these threads start before the bean container.
    private static final Set<String> FAILED = new ConcurrentSkipListSet<>();

    private BackgroundThread() {}

    /**
     * Creates a daemon thread, not yet started.
     *
     * @param name the thread's name in the log and the health check
     * @param body returns when the server stops
     */
    public static Thread unstarted(String name, Runnable body) {
        requireNonNull(name, "name is null");
        requireNonNull(body, "body is null");
        return Thread.ofPlatform().daemon().name(name).unstarted(() -> run(name, body));
    }

    private static void run(String name, Runnable body) {
        try {
            body.run();
        } catch (Throwable e) {
            FAILED.add(name);
            LOG.errorf(
                    e,
                    "The background thread %s has failed: /q/health/live is 503 until the server is restarted",
                    name);
        }
    }

    /** The names of the failed threads, sorted. */
    static Set<String> failed() {
        return new TreeSet<>(FAILED);
    }

    /** For tests, which share a process. */
    static void reset(String name) {
        FAILED.remove(name);
    }
}
