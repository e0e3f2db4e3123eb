package io.agyn.limits.admission;

import static java.util.Objects.requireNonNull;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import jakarta.inject.Singleton;
import java.sql.SQLException;

/** Deletes the counters of windows that ended long ago. */
@Singleton
final class CounterRetention {
    private final CounterTable table;

    CounterRetention(CounterTable table) {
        this.table = requireNonNull(table, "table is null");
    }

    @Scheduled(
            identity = "limit-counter-removal",
            every = "6h",
            delayed = "5m",
            concurrentExecution = ConcurrentExecution.SKIP)
    void run() throws SQLException {
        table.deleteOld();
    }
}
