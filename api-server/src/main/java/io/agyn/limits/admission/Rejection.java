package io.agyn.limits.admission;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The reason for which a call was not admitted.
 *
 * @param limit the limit that is reached; null if the database, which has the counters, is unavailable
 * @param need the estimate of the call in the limit's measure
 * @param resetsAt when the call could be admitted; null if unknown
 */
public record Rejection(
        @Nullable Limit limit, long need, @Nullable Instant resetsAt) {
    static final Rejection UNAVAILABLE = new Rejection(null, 0, null);
}
