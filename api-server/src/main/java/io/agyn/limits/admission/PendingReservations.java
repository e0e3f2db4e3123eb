package io.agyn.limits.admission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.agyn.usage.CallUsage;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The reservations of calls in the background. They are settled if this server sees the usage within an hour; otherwise the
 * estimate stays charged.
 */
public final class PendingReservations {
    private static final int MAX_PENDING = 10_000;
    private static final Duration TTL = Duration.ofHours(1);

    private final Cache<UUID, Reservation> pending = Caffeine.newBuilder()
            .maximumSize(MAX_PENDING)
            .expireAfterWrite(TTL)
            .executor(Runnable::run)
            .removalListener((@Nullable UUID record, @Nullable Reservation reservation, RemovalCause cause) -> {
                if (cause.wasEvicted() && reservation != null) {
                    reservation.settle(null, null);
                }
            })
            .build();

    /** Keeps the reservation of a record. */
    public void keep(UUID recordId, Reservation reservation) {
        pending.put(recordId, reservation);
    }

    /** Settles the reservation of a record whose usage is known now, if it is kept here. */
    public void settle(UUID recordId, CallUsage usage) {
        Reservation reservation = pending.asMap().remove(recordId);
        if (reservation != null) {
            reservation.settle(usage.allInputTokens(), usage.outputTokens());
        }
    }
}
