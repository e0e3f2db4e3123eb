package io.agyn.limits.admission;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The counters that all servers share. */
interface CounterStore {
    /**
     * A request for a lease.
     *
     * @param subjectId the resource whose counter it is
     * @param windowStart the start of the window; the epoch for a bucket
     * @param charge the use without a lease, to be added in any case; negative to return an unused lease
     * @param need the least amount that is useful; 0 if none is needed
     * @param want the amount to take if enough is left
     */
    record Request(Limit limit, UUID subjectId, Instant windowStart, long charge, long need, long want) {}

    /**
     * A lease and the state of its counter.
     *
     * @param granted the size of the lease: 0, or enough for the need
     * @param used the use of the window with all leases
     * @param windowStart the start of the window that was charged: a later one if another server's clock is ahead
     */
    record Grant(long granted, double used, Instant windowStart) {}

    /**
     * Charges a counter and takes a lease; blocks.
     *
     * @return null if the limit was deleted
     * @throws Exception if the database fails
     */
    @Nullable
    Grant take(Request request) throws Exception;
}
