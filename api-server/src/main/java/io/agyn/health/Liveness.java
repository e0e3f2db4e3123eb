package io.agyn.health;

import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheckResponse;

/** Fails if a background thread has failed, or an event loop is dead or blocked: only a restart helps then. */
@org.eclipse.microprofile.health.Liveness
@Singleton
final class Liveness implements AsyncHealthCheck {
    private final EventLoops eventLoops;

    Liveness(Vertx vertx) {
        this.eventLoops = new EventLoops(vertx.nettyEventLoopGroup(), System::nanoTime);
    }

    // Asynchronous: it needs no worker thread, since a busy server may have none free.
    @Override
    public Uni<HealthCheckResponse> call() {
        return Uni.createFrom().item(this::check);
    }

    private HealthCheckResponse check() {
        var threads = BackgroundThread.failed();
        var loops = eventLoops.failed();
        var response = HealthCheckResponse.named("Threads");
        if (!threads.isEmpty()) {
            response.withData("failed_threads", String.join(", ", threads));
        }
        if (!loops.isEmpty()) {
            response.withData("failed_event_loops", loops.toString());
        }
        return response.status(threads.isEmpty() && loops.isEmpty()).build();
    }
}
