package io.agyn.listener;

import static java.util.Objects.requireNonNull;

import io.quarkus.smallrye.health.runtime.ShutdownReadinessCheck;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.Readiness;

/**
 * On shutdown, takes readiness down and drains the server. Quarkus calls this before it closes anything; observers of
 * {@code ShutdownEvent} run only after the listener and all connections were closed. This class replaces its
 * superclass, which application.properties excludes.
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
