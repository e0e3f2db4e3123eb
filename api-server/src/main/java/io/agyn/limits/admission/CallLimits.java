package io.agyn.limits.admission;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.LimitMeasure;
import io.agyn.settings.Settings;
import io.agyn.settings.Settings.Limits.DatabaseDown;
import io.micrometer.core.instrument.Counter.Builder;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Admits calls under the limits of their organization. A warm call reserves an estimate from the leases in memory; the
 * end of the call settles the difference. See {@link Counter} for how far limits can be exceeded.
 */
@Singleton
public class CallLimits {
    private static final Logger LOG = Logger.getLogger(CallLimits.class);
    private static final CompletableFuture<Admission> NONE = CompletableFuture.completedFuture(Admission.UNLIMITED);
    // How often a call waits for leases that other calls use up.
    private static final int MAX_ATTEMPTS = 64;
    private static final int MAX_DATABASE_CALLS = 4;
    private static final Duration DATABASE_TIMEOUT = Duration.ofSeconds(2);
    // The pause before the next attempt after the database has failed.
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(2);

    private final LimitSource source;
    private final CounterStore store;
    private final boolean allowsWithoutDatabase;
    private final Clock clock;
    private final Executor threads;
    private final TokenAverages averages = new TokenAverages();
    private final Map<Key, Counter> counters = new ConcurrentHashMap<>();
    private final Semaphore databaseCalls = new Semaphore(MAX_DATABASE_CALLS);
    private final io.micrometer.core.instrument.@Nullable Counter warnings;

    private volatile long retryAt = System.nanoTime();

    // A limit that counts something else starts again.
    private record Key(
            UUID limitId,
            UUID subjectId,
            LimitMeasure measure,
            @Nullable Window window) {
        static Key of(Limit limit, UUID subjectId) {
            return new Key(limit.id(), subjectId, limit.measure(), limit.window());
        }
    }

    @Inject
    CallLimits(LimitSource source, CounterTable table, Settings settings, MeterRegistry registry) {
        this(
                source,
                table,
                settings.limits().databaseDown() == DatabaseDown.ALLOW,
                Clock.systemUTC(),
                Executors.newVirtualThreadPerTaskExecutor(),
                warnings(registry));
    }

    CallLimits(
            LimitSource source,
            CounterStore store,
            boolean allowsWithoutDatabase,
            Clock clock,
            Executor threads,
            io.micrometer.core.instrument.@Nullable Counter warnings) {
        this.source = requireNonNull(source, "source is null");
        this.store = requireNonNull(store, "store is null");
        this.allowsWithoutDatabase = allowsWithoutDatabase;
        this.clock = requireNonNull(clock, "clock is null");
        this.threads = requireNonNull(threads, "threads is null");
        this.warnings = warnings;
    }

    private static io.micrometer.core.instrument.Counter warnings(MeterRegistry registry) {
        Builder builder = io.micrometer.core.instrument.Counter.builder("agyn.limits.warnings")
                .description("Windows in which a limit that only warns was exceeded");
        return builder.register(requireNonNull(registry, "registry is null"));
    }

    // Admit

    /**
     * Admits a call, or rejects it. Never blocks: the result is in memory unless a lease must be taken.
     *
     * @param bodyLength the bytes of the request's body, or -1
     * @param hasTokens whether the provider bills tokens for the call
     */
    public CompletableFuture<Admission> admit(CallSubjects call, long bodyLength, boolean hasTokens) {
        CompletableFuture<OrganizationLimits> found = source.limits(call.organizationId());
        if (found.isDone() && !found.isCompletedExceptionally()) {
            OrganizationLimits limits = found.join();
            return limits.limits().isEmpty() ? NONE : admit(limits, call, bodyLength, hasTokens);
        }
        return found.handle((limits, failure) -> failure == null
                        ? admit(limits, call, bodyLength, hasTokens)
                        : CompletableFuture.completedFuture(
                                allowsWithoutDatabase
                                        ? Admission.UNLIMITED
                                        : new Admission(Rejection.UNAVAILABLE, null)))
                .thenCompose(admission -> admission);
    }

    private CompletableFuture<Admission> admit(
            OrganizationLimits limits, CallSubjects call, long bodyLength, boolean hasTokens) {
        Estimate estimate = hasTokens ? averages.estimate(call.modelId(), bodyLength) : new Estimate(1, 0, 0);
        return admit(limits, call, new Reservation(call, estimate, averages), 0, 0);
    }

    /** Reserves from the limits that follow a position. */
    private CompletableFuture<Admission> admit(
            OrganizationLimits limits, CallSubjects call, Reservation reservation, int position, int attempt) {
        int attempts = attempt;
        for (int i = position; i < limits.limits().size(); i++) {
            Limit limit = limits.limits().get(i);
            UUID subject = limit.subjectOf(call);
            if (subject == null) {
                continue;
            }
            Instant now = clock.instant();
            long amount = reservation.estimate().of(limit.measure());
            Counter counter = counter(limit, subject);
            CompletableFuture<Void> lease = null;
            synchronized (counter) {
                if (counter.isRemoved()) {
                    i--;
                    continue;
                }
                counter.update(limit, now);
                Counter.Result result = counter.reserve(amount, now);
                if (result == Counter.Result.NEEDS_LEASE && attempts >= MAX_ATTEMPTS) {
                    result = Counter.Result.EXHAUSTED;
                }
                switch (result) {
                    case RESERVED -> {
                        reservation.add(counter, limit, amount);
                        if (limit.window() == null) {
                            warn(counter, subject);
                        }
                        if (counter.isLow()) {
                            refill(counter, subject, 0);
                        }
                    }
                    case EXHAUSTED -> {
                        reservation.cancel();
                        return CompletableFuture.completedFuture(
                                new Admission(new Rejection(limit, amount, counter.resetsAt(amount, now)), null));
                    }
                    case NEEDS_LEASE -> {
                        counter.addDemand(amount);
                        lease = refill(counter, subject, amount);
                    }
                }
            }
            if (lease != null) {
                int next = i;
                int nextAttempt = attempts + 1;
                return lease.handle((done, failure) -> {
                            if (failure == null) {
                                return admit(limits, call, reservation, next, nextAttempt);
                            }
                            if (allowsWithoutDatabase) {
                                synchronized (counter) {
                                    counter.reserveUncovered(amount);
                                    reservation.add(counter, limit, amount);
                                }
                                return admit(limits, call, reservation, next + 1, 0);
                            }
                            reservation.cancel();
                            return CompletableFuture.completedFuture(new Admission(Rejection.UNAVAILABLE, null));
                        })
                        .thenCompose(admission -> admission);
            }
            attempts = 0;
        }
        return CompletableFuture.completedFuture(new Admission(null, reservation));
    }

    private Counter counter(Limit limit, UUID subject) {
        Key key = Key.of(limit, subject);
        Counter known = counters.get(key);
        return known == null ? counters.computeIfAbsent(key, created -> new Counter(limit)) : known;
    }

    /** Charges the tokens of a response that a provider started by itself. */
    public void charge(CallSubjects call, @Nullable Long input, @Nullable Long output) {
        CompletableFuture<OrganizationLimits> found = source.limits(call.organizationId());
        Estimate actual = new Estimate(1, input == null ? 0 : input, output == null ? 0 : output);
        found.thenAccept(limits -> limits.limits().forEach(limit -> {
            UUID subject = limit.subjectOf(call);
            if (subject != null) {
                Counter counter = counter(limit, subject);
                synchronized (counter) {
                    counter.update(limit, clock.instant());
                    counter.charge(actual.of(limit.measure()));
                }
            }
        }));
    }

    /** The calls in flight on this server that a limit counts; the highest number of its resources. */
    public long inFlight(UUID limitId) {
        long most = 0;
        for (Map.Entry<Key, Counter> entry : counters.entrySet()) {
            if (entry.getKey().limitId().equals(limitId)) {
                synchronized (entry.getValue()) {
                    most = Math.max(most, entry.getValue().inFlight());
                }
            }
        }
        return most;
    }

    // Lease

    /** Takes a lease, of a counter that is locked; the calls that need one share it. */
    private CompletableFuture<Void> refill(Counter counter, UUID subject, long need) {
        CompletableFuture<Void> running = counter.refill();
        if (running != null) {
            return running;
        }
        if (isDatabaseDown()) {
            return CompletableFuture.failedFuture(new SQLException("the database did not respond lately"));
        }
        return send(counter, counter.request(subject, need), need);
    }

    private CompletableFuture<Void> send(Counter counter, CounterStore.Request request, long need) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        // Calls do not wait for longer, while the lease may still arrive.
        CompletableFuture<Void> timed = result.copy().orTimeout(DATABASE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        counter.setRefill(timed);
        threads.execute(() -> {
            CounterStore.Grant grant = null;
            Throwable failure = null;
            try {
                grant = take(request);
            } catch (Exception e) {
                failure = e;
                retryAt = System.nanoTime() + RETRY.toNanos();
                LOG.debugf(
                        "A counter of the limit %s cannot be read: %s",
                        request.limit().id(), e.getMessage());
            }
            synchronized (counter) {
                if (failure == null) {
                    counter.onGrant(request, grant, need, clock.instant());
                    warn(counter, request.subjectId());
                } else {
                    counter.onFailure(request);
                }
                counter.setRefill(null);
            }
            if (failure == null) {
                result.complete(null);
            } else {
                result.completeExceptionally(failure);
            }
        });
        return timed;
    }

    private CounterStore.@Nullable Grant take(CounterStore.Request request) throws Exception {
        if (!databaseCalls.tryAcquire(DATABASE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new SQLException("the database does not respond");
        }
        try {
            return store.take(request);
        } finally {
            databaseCalls.release();
        }
    }

    private boolean isDatabaseDown() {
        return System.nanoTime() - retryAt < 0;
    }

    private void warn(Counter counter, UUID subject) {
        if (counter.warns()) {
            Limit limit = counter.limit();
            LOG.warnf(
                    "The limit %s (%s) of %d %s is exceeded by the %s %s; its action is warn, so calls pass",
                    limit.name(), limit.id(), limit.amount(), limit.measure(), limit.subjectType(), subject);
            if (warnings != null) {
                warnings.increment();
            }
        }
    }

    /** Charges the use without a lease, and returns leases that are expired, unused or too large. */
    @Scheduled(identity = "limit-leases", every = "1s", delayed = "1s", concurrentExecution = ConcurrentExecution.SKIP)
    void settle() {
        if (isDatabaseDown()) {
            return;
        }
        Instant now = clock.instant();
        counters.forEach((key, counter) -> {
            synchronized (counter) {
                counter.update(counter.limit(), now);
                CounterStore.Request request = counter.settlement(key.subjectId(), now);
                if (request != null) {
                    send(counter, request, 0);
                } else if (counter.isUnused(now)) {
                    counter.remove();
                    counters.remove(key, counter);
                }
            }
        });
    }

    /** Returns all leases, since the server stops. */
    void stop(@Observes ShutdownEvent event) {
        long end = System.nanoTime() + SHUTDOWN_LIMIT.toNanos();
        for (Map.Entry<Key, Counter> entry : counters.entrySet()) {
            CounterStore.Request request;
            synchronized (entry.getValue()) {
                request = entry.getValue().settlement(entry.getKey().subjectId(), Instant.MAX);
            }
            if (request != null && System.nanoTime() - end < 0) {
                try {
                    store.take(request);
                } catch (Exception e) {
                    LOG.debugf("Leases of limits are not returned: %s", e.getMessage());
                    return;
                }
            }
        }
    }
}
