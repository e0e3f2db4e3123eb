package io.agyn.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.LogLines;
import io.quarkus.scheduler.Scheduler;
import io.quarkus.scheduler.Trigger;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class ScheduledJobsTest {
    @Inject
    Scheduler scheduler;

    @Test
    void everyJobHasAName() {
        assertThat(scheduler.getScheduledJobs())
                .extracting(Trigger::getId)
                .containsExactlyInAnyOrder(
                        "audit-retention",
                        "stored-object-retention",
                        "idempotency-key-removal",
                        "identity-provider",
                        "limit-leases",
                        "limit-counter-removal",
                        "console-session-removal",
                        "logout-token-removal",
                        "secret-provider-tokens");
    }

    @Test
    void failedJobIsLoggedByNameWithItsTraceAndRunsAgain() {
        IllegalStateException fault = new IllegalStateException("a fault");
        try (LogLines log = LogLines.watch()) {
            scheduler
                    .newJob("a-job-that-fails")
                    .setInterval("1s")
                    .setTask(_ -> {
                        throw fault;
                    })
                    .schedule();
            List<LogRecord> lines = await().until(
                            () -> log.of("io.quarkus.scheduler.common.runtime.StatusEmitterInvoker", Level.SEVERE),
                            found -> found.size() >= 2);
            assertThat(lines).allSatisfy(line -> {
                assertThat(line.getThrown()).rootCause().isSameAs(fault);
                assertThat(LogLines.text(line)).contains("a-job-that-fails");
            });
        } finally {
            scheduler.unscheduleJob("a-job-that-fails");
        }
    }
}
