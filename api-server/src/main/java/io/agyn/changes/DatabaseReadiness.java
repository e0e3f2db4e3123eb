package io.agyn.changes;

import static java.util.Objects.requireNonNull;

import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Reports whether the database responds and is writable, as of the change feed's last query: it runs twice a second.
 * The check itself never waits for the database.
 */
@Readiness
@Singleton
final class DatabaseReadiness implements AsyncHealthCheck {
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final ChangeFeed feed;

    DatabaseReadiness(ChangeFeed feed) {
        this.feed = requireNonNull(feed, "feed is null");
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        return Uni.createFrom().item(this::check);
    }

    private HealthCheckResponse check() {
        var response = HealthCheckResponse.named("Database");
        Duration silence = feed.silence();
        if (feed.isReadOnly()) {
            return response.down().withData("reason", "read-only").build();
        }
        if (silence.compareTo(LIMIT) > 0) {
            return response.down()
                    .withData("reason", "no response for " + silence.toSeconds() + " s")
                    .build();
        }
        return response.up().build();
    }
}
