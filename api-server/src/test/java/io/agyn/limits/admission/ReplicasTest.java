package io.agyn.limits.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.api.model.LimitMeasure;
import io.agyn.api.model.LimitSubjectType;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.testing.Database;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three servers share the counters of one database. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(120)
class ReplicasTest {
    private static final int CONNECTIONS = 32;
    private static final long ESTIMATE = 100;

    @Inject
    CounterTable table;

    @Inject
    Database database;

    private UUID organization;
    private CallSubjects caller;

    @BeforeEach
    void aCallerOfAFreshOrganization() {
        organization = UUID.fromString(Api.organization());
        caller = new CallSubjects(
                organization, UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());
    }

    private Limit limit(LimitMeasure measure, long amount, Window window) {
        String id = Api.limit(
                organization.toString(),
                Map.of("measure", measure.toString(), "amount", Long.toString(amount), "window", window.text()));
        return limit(UUID.fromString(id), measure, amount, window);
    }

    private static Limit limit(UUID id, LimitMeasure measure, long amount, Window window) {
        return new Limit(
                id,
                "shared",
                LimitSubjectType.ORGANIZATION,
                null,
                measure,
                amount,
                window,
                true,
                ZoneOffset.UTC,
                Instant.EPOCH);
    }

    private CallLimits server(Limit limit) {
        return new CallLimits(
                id -> CompletableFuture.completedFuture(new OrganizationLimits(List.of(limit))),
                table,
                false,
                Clock.systemUTC(),
                Executors.newVirtualThreadPerTaskExecutor(),
                null);
    }

    /** Calls on three servers until each connection is rejected; returns their use. */
    private long callEverywhere(Limit limit, List<CallLimits> servers, long actual) {
        AtomicLong used = new AtomicLong();
        List<Callable<Boolean>> connections = new ArrayList<>();
        for (CallLimits server : servers) {
            for (int i = 0; i < CONNECTIONS; i++) {
                connections.add(() -> {
                    while (true) {
                        Admission admission =
                                server.admit(caller, 4 * ESTIMATE, true).join();
                        if (admission.rejection() != null) {
                            return true;
                        }
                        Thread.onSpinWait();
                        used.addAndGet(new Estimate(1, actual, 1).of(limit.measure()));
                        admission.reservation().settle(actual, 1L);
                    }
                });
            }
        }
        assertThat(Api.inParallel(connections)).containsOnly(true);
        return used.get();
    }

    private double stored(Limit limit) throws SQLException {
        return database.column(Double.class, "select used from limit_counter where limit_id = ?", limit.id())
                .getFirst();
    }

    @Test
    void overshootIsWithinTheFormula() throws Exception {
        Limit limit = limit(LimitMeasure.INPUT_TOKENS, 300_000, Window.MONTH);
        List<CallLimits> servers = List.of(server(limit), server(limit), server(limit));
        long actual = 150;

        long used = callEverywhere(limit, servers, actual);

        assertThat(used).isLessThanOrEqualTo(limit.amount() + 3 * CONNECTIONS * (actual - ESTIMATE));
        // A thirty-second part may be in the lease of each server.
        assertThat(used).isGreaterThan(limit.amount() * 8 / 10);
        servers.forEach(server -> server.stop(null));
        assertThat(stored(limit)).isEqualTo(used);
    }

    @Test
    void callsNeverExceedTheirLimit() throws Exception {
        Limit limit = limit(LimitMeasure.CALLS, 2_000, Window.MONTH);
        List<CallLimits> servers = List.of(server(limit), server(limit), server(limit));

        long used = callEverywhere(limit, servers, ESTIMATE);
        servers.forEach(server -> server.stop(null));
        used += callEverywhere(limit, List.of(server(limit)), ESTIMATE);

        assertThat(used).isEqualTo(limit.amount());
    }

    @Test
    void leaseOfAKilledServerIsLost() {
        Limit limit = limit(LimitMeasure.CALLS, 1_000, Window.MONTH);
        assertThat(server(limit).admit(caller, 0, true).join().rejection()).isNull();

        long used = 1 + callEverywhere(limit, List.of(server(limit)), ESTIMATE);

        assertThat(used).isBetween(limit.amount() - limit.amount() / 32, limit.amount());
    }

    @Test
    void bucketRefillsInTheDatabase() throws Exception {
        Limit limit = limit(LimitMeasure.CALLS, 60, Window.MINUTE);
        long used = callEverywhere(limit, List.of(server(limit), server(limit), server(limit)), ESTIMATE);
        assertThat(used).isBetween(55L, 70L);
        database.execute(
                "update limit_counter set updated_at = updated_at - interval '1 minute' where limit_id = ?",
                limit.id());
        assertThat(callEverywhere(limit, List.of(server(limit)), ESTIMATE)).isBetween(55L, 70L);
    }

    @Test
    void limitThatWasDeletedAdmitsCalls() throws Exception {
        Limit deleted = limit(UUID.randomUUID(), LimitMeasure.CALLS, 1, Window.DAY);
        assertThat(server(deleted).admit(caller, 0, true).join().rejection()).isNull();
    }
}
