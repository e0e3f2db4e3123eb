package io.agyn.limits.admission;

import org.jspecify.annotations.Nullable;

/**
 * The result of checking a call against its limits.
 *
 * @param rejection null if the call is admitted
 * @param reservation the reservation that an admitted call must settle; null if no limit applies
 */
public record Admission(
        @Nullable Rejection rejection, @Nullable Reservation reservation) {
    /** No limit applies. */
    public static final Admission UNLIMITED = new Admission(null, null);
}
