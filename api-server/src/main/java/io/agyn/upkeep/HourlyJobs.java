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

/** Does all chores once an hour, on a thread of its own. */
@Singleton
final class HourlyJobs {
    private static final Logger LOG = Logger.getLogger(HourlyJobs.class);
    // Not while the server starts.
    private static final Duration FIRST = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofHours(1);

    private final List<HourlyJob> chores;
    private final Thread thread = BackgroundThread.unstarted("upkeep", this::run);

    HourlyJobs(@All List<HourlyJob> chores) {
        this.chores = List.copyOf(chores);
    }

    void start(@Observes StartupEvent event) {
        thread.start();
    }

    void stop(@Observes ShutdownEvent event) {
        thread.interrupt();
    }

    private void run() {
        try {
            Thread.sleep(FIRST);
            while (true) {
                runAll(chores);
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException e) {
            // The server stops.
            Thread.currentThread().interrupt();
        }
    }

    static void runAll(List<HourlyJob> chores) {
        chores.forEach(HourlyJobs::run);
    }

    private static void run(HourlyJob chore) {
        try {
            chore.run();
        } catch (Exception e) {
            if (DatabaseFailures.isUnavailable(e)) {
                LOG.warnf("The hourly job %s waits for another hour: %s", chore.name(), e.getMessage());
            } else {
                LOG.errorf(e, "The hourly job %s has failed and is tried again in an hour", chore.name());
            }
        }
    }
}
