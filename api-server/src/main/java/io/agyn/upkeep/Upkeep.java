package io.agyn.upkeep;

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
final class Upkeep {
    private static final Logger LOG = Logger.getLogger(Upkeep.class);
    // Not while the server starts.
    private static final Duration FIRST = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofHours(1);

    private final List<Chore> chores;
    private final Thread thread = Thread.ofPlatform().daemon().name("upkeep").unstarted(this::run);

    Upkeep(@All List<Chore> chores) {
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
                chores.forEach(Upkeep::run);
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException e) {
            // The server stops.
            Thread.currentThread().interrupt();
        }
    }

    private static void run(Chore chore) {
        try {
            chore.run();
        } catch (Exception e) {
            LOG.warnf("A chore waits for another hour: %s", e.getMessage());
        }
    }
}
