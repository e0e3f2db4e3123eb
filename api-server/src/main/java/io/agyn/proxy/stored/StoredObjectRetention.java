package io.agyn.proxy.stored;

import static java.util.Objects.requireNonNull;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** Drops the addresses of objects that were not used for long. */
@Singleton
final class StoredObjectRetention {
    private final StoredObjectTable table;

    StoredObjectRetention(StoredObjectTable table) {
        this.table = requireNonNull(table, "table is null");
    }

    @Scheduled(
            identity = "stored-object-retention",
            every = "1h",
            delayed = "2m",
            concurrentExecution = ConcurrentExecution.SKIP)
    void run() throws SQLException {
        table.maintain(LocalDate.now(ZoneOffset.UTC));
    }
}
