package io.agyn.limits.admission;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The amount of a limit that this server may still use for one resource: its lease. A lease is charged in the database before it is
 * used, so leases of several servers never exceed the amount together. Only calls that use more than their estimate do:
 *
 * <p>overshoot ≤ sum, over the calls in flight, of (actual use − estimate)
 *
 * <p>A bucket refills while its lease is unused, so its leases are renewed within {@link #BUCKET_LEASE}: it can exceed its
 * rate by the refill of this time. Not thread-safe: the caller locks the counter.
 */
final class Counter {
    /** How long a lease of a bucket is used. */
    static final Duration BUCKET_LEASE = Duration.ofSeconds(1);

    /** How long an unused lease is kept, before other servers get it. */
    static final Duration IDLE = Duration.ofSeconds(2);

    // A lease is at most this part of the amount, and an eighth of the rest.
    private static final long PARTS = 32;
    // How long a counter without anything left is not asked again.
    private static final Duration EXHAUSTED = Duration.ofMillis(200);

    enum Result {
        RESERVED,
        EXHAUSTED,
        /** The lease is too small: a larger one must be taken first. */
        NEEDS_LEASE
    }

    private Limit limit;
    private Instant windowStart = Instant.EPOCH;
    private Instant windowEnd = Instant.EPOCH;
    // Negative if more was used than was leased.
    private long lease;
    private Instant leasedAt = Instant.EPOCH;
    private Instant lastUse = Instant.EPOCH;
    private long inFlight;
    // The calls that wait for a lease need this much together.
    private long demand;
    private double used;
    private Instant exhaustedUntil = Instant.EPOCH;
    private long exhaustedNeed;
    private boolean isOutdated;
    private boolean hasWarned;
    private boolean isRemoved;
    // The lease that the database grants at the moment; null without one.
    private @Nullable CompletableFuture<Void> refill;

    Counter(Limit limit) {
        this.limit = requireNonNull(limit, "limit is null");
    }

    /** Uses the current version of the limit, and the window of the time. */
    void update(Limit current, Instant now) {
        if (current != limit && !current.equals(limit)) {
            limit = current;
            // The lease may exceed a lower amount, and a higher one may admit calls.
            isOutdated = true;
            exhaustedUntil = Instant.EPOCH;
            hasWarned = false;
            windowEnd = Instant.EPOCH;
        }
        Window window = limit.window();
        if (window != null && !now.isBefore(windowEnd)) {
            Instant start = window.start(now, limit.zone());
            windowEnd = window.end(now, limit.zone());
            if (start.isAfter(windowStart)) {
                windowStart = start;
                lease = Math.min(lease, 0);
                exhaustedUntil = Instant.EPOCH;
                hasWarned = false;
            }
        }
    }

    /** Reserves an amount for a call. */
    Result reserve(long amount, Instant now) {
        lastUse = now;
        if (limit.window() == null) {
            if (limit.blocks() && inFlight + amount > limit.amount()) {
                return Result.EXHAUSTED;
            }
            inFlight += amount;
            return Result.RESERVED;
        }
        if (!limit.blocks()) {
            // Charged later, and never rejected.
            lease -= amount;
            return Result.RESERVED;
        }
        if (!isOutdated && lease >= amount && limit.amount() > 0) {
            lease -= amount;
            return Result.RESERVED;
        }
        if (now.isBefore(exhaustedUntil) && amount >= exhaustedNeed) {
            return Result.EXHAUSTED;
        }
        return limit.amount() == 0 ? Result.EXHAUSTED : Result.NEEDS_LEASE;
    }

    /** Reserves without a lease, since the database is unavailable; charged later. */
    void reserveUncovered(long amount) {
        lease -= amount;
    }

    /**
     * Settles a reservation.
     *
     * @param window the {@link #windowStart()} of the reservation
     */
    void settle(Instant window, long reserved, long actual) {
        if (limit.window() == null) {
            inFlight -= reserved;
        } else if (window.equals(windowStart)) {
            lease += reserved - actual;
        }
    }

    /** Charges use without a reservation. */
    void charge(long amount) {
        if (limit.window() != null) {
            lease -= amount;
        }
    }

    /** Adds a call that waits for a lease. */
    void addDemand(long amount) {
        demand += amount;
    }

    /** Starts to take a lease for calls that wait, or ahead of time. */
    CounterStore.Request request(UUID subjectId, long need) {
        boolean returns = lease < 0 || isOutdated || isExpired(Instant.MAX);
        long charge = returns ? -lease : 0;
        long missing = returns ? need : Math.max(0, need - lease);
        if (returns) {
            lease = 0;
        }
        isOutdated = false;
        double left = Math.max(0, limit.amount() - used);
        long piece = (long) Math.min((double) limit.amount() / PARTS, left / 8);
        long want = Math.max(missing, Math.max(demand, piece));
        demand = 0;
        return new CounterStore.Request(limit, subjectId, windowStart, charge, missing, want);
    }

    /** Starts to return the lease, or to charge use without one; null if there is nothing to do. */
    CounterStore.@Nullable Request settlement(UUID subjectId, Instant now) {
        if (refill != null || limit.window() == null || lease == 0 && !isOutdated) {
            return null;
        }
        long keep = Math.max(1, limit.amount() / PARTS);
        long charge;
        if (lease < 0 || isOutdated || isExpired(now) || isIdle(now)) {
            charge = -lease;
        } else if (lease > keep) {
            charge = keep - lease;
        } else {
            return null;
        }
        lease += charge;
        isOutdated = false;
        return new CounterStore.Request(limit, subjectId, windowStart, charge, 0, 0);
    }

    private boolean isExpired(Instant now) {
        Window window = limit.window();
        return window != null && window.isBucket() && now.isAfter(leasedAt.plus(BUCKET_LEASE));
    }

    private boolean isIdle(Instant now) {
        return now.isAfter(lastUse.plus(IDLE));
    }

    /** Whether a larger lease should be taken before the calls have to wait for one. */
    boolean isLow() {
        Window window = limit.window();
        double left = limit.amount() - used;
        return limit.blocks()
                && window != null
                && !window.isBucket()
                && refill == null
                && lease < limit.amount() / PARTS / 4
                && lease < left / 16;
    }

    /** Ends the taking of a lease. */
    void onGrant(CounterStore.Request request, CounterStore.@Nullable Grant grant, long need, Instant now) {
        if (grant == null) {
            // The limit was deleted; calls learn that within a second.
            lease += Math.max(request.need(), request.want());
            return;
        }
        used = grant.used();
        leasedAt = now;
        if (grant.windowStart().isAfter(windowStart)) {
            windowStart = grant.windowStart();
            lease = 0;
        }
        if (grant.windowStart().equals(windowStart)) {
            lease += grant.granted();
        }
        if (request.need() > 0 && grant.granted() == 0) {
            exhaustedUntil = now.plus(EXHAUSTED);
            exhaustedNeed = need;
        }
    }

    /** Ends the taking of a lease without a result. */
    void onFailure(CounterStore.Request request) {
        lease -= request.charge();
    }

    /** When a call that needs an amount could be admitted; null if that is unknown, or never. */
    @Nullable
    Instant resetsAt(long need, Instant now) {
        if (limit.window() == null || need > limit.amount()) {
            return null;
        }
        if (!limit.window().isBucket()) {
            return windowEnd;
        }
        double missing = Math.max(0, used + need - limit.amount());
        long millis = (long) Math.ceil(1000 * missing / limit.perSecond());
        return now.plusMillis(Math.max(1, millis));
    }

    /** Whether the use has just exceeded the amount of a limit that only warns; true once per window. */
    boolean warns() {
        boolean exceeds = limit.window() == null ? inFlight > limit.amount() : used > limit.amount();
        Window window = limit.window();
        boolean isLow =
                window == null ? inFlight <= limit.amount() / 2 : window.isBucket() && used <= limit.amount() / 2;
        if (isLow) {
            // Neither has windows that end.
            hasWarned = false;
        }
        if (limit.blocks() || hasWarned || !exceeds) {
            return false;
        }
        hasWarned = true;
        return true;
    }

    /** Whether the counter is of no use any more. */
    boolean isUnused(Instant now) {
        return refill == null && inFlight == 0 && lease == 0 && now.isAfter(lastUse.plus(Duration.ofMinutes(10)));
    }

    /** Notes that the counter is no longer in use. */
    void remove() {
        isRemoved = true;
    }

    boolean isRemoved() {
        return isRemoved;
    }

    Instant windowStart() {
        return windowStart;
    }

    Limit limit() {
        return limit;
    }

    long inFlight() {
        return inFlight;
    }

    @Nullable
    CompletableFuture<Void> refill() {
        return refill;
    }

    void setRefill(@Nullable CompletableFuture<Void> running) {
        refill = running;
    }
}
