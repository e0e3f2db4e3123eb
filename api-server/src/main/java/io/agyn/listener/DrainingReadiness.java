package io.agyn.listener;

import static java.util.Objects.requireNonNull;

import io.quarkus.smallrye.health.runtime.ShutdownReadinessCheck;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.Readiness;

/**
 * Takes readiness down when the server is told to stop, and then drains it. Quarkus calls this before it closes anything; an
 * observer of {@code ShutdownEvent} is called when the listener and all connections have been closed. The class stands in
 * for the one that it extends, which application.properties excludes.
 */
@Singleton
@Readiness
class DrainingReadiness extends ShutdownReadinessCheck {
    private final Drain drain;

    DrainingReadiness(Drain drain) {
        this.drain = requireNonNull(drain, "drain is null");
    }

    @Override
    public void shutdown() {
        super.shutdown();
        try {
            drain.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
