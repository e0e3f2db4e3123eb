package io.agyn.upkeep;

import io.agyn.health.BackgroundThread;
import io.agyn.postgres.DatabaseFailures;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;

/** Runs all hourly jobs, on one thread. */
@Singleton
final class HourlyJobs {
    private static final Logger LOG = Logger.getLogger(HourlyJobs.class);
    // Not while the server starts.
    private static final Duration INITIAL_DELAY = Duration.ofMinutes(2);
    private static final Duration INTERVAL = Duration.ofHours(1);

    private final List<HourlyJob> jobs;
    private final Thread thread = BackgroundThread.unstarted("upkeep", this::run);

    HourlyJobs(@All List<HourlyJob> jobs) {
        this.jobs = List.copyOf(jobs);
    }

    void start(@Observes StartupEvent event) {
        thread.start();
    }

    void stop(@Observes ShutdownEvent event) {
        thread.interrupt();
    }

    private void run() {
        try {
            Thread.sleep(INITIAL_DELAY);
            while (true) {
                runAll(jobs);
                Thread.sleep(INTERVAL);
            }
        } catch (InterruptedException e) {
            // The server stops.
            Thread.currentThread().interrupt();
        }
    }

    static void runAll(List<HourlyJob> jobs) {
        jobs.forEach(HourlyJobs::run);
    }

    private static void run(HourlyJob job) {
        try {
            job.run();
        } catch (Exception e) {
            if (DatabaseFailures.isUnavailable(e)) {
                LOG.warnf("The hourly job %s is retried in an hour: %s", job.name(), e.getMessage());
            } else {
                LOG.errorf(e, "The hourly job %s failed and is retried in an hour", job.name());
            }
        }
    }
}
