package io.agyn.proxy.routing;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The targets that failed on this server. A target cools down after a failure; then one call at a time probes it, until one
 * succeeds. Thread-safe.
 */
public final class TargetHealth {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final int MAX_DOUBLINGS = 6;
    // A target that no call probes is forgotten.
    private static final Duration FORGOTTEN = Duration.ofMinutes(10);

    /**
     * A target of a model.
     *
     * @param remoteModel the provider's name of the model
     */
    public record Key(UUID providerId, String remoteModel) {}

    /**
     * @param failures the cool-downs since the last success
     * @param until when the cool-down ends
     * @param isProbed whether a call probes the target now
     */
    private record State(int failures, long until, boolean isProbed) {
        boolean isCooling(long now) {
            return until - now > 0;
        }
    }

    private final LongSupplier clock;
    private final ConcurrentMap<Key, State> failed = new ConcurrentHashMap<>();

    /** @param clock nanoseconds */
    public TargetHealth(LongSupplier clock) {
        this.clock = clock;
    }

    /** Whether no target has failed recently, so that all can be called. */
    public boolean isQuiet() {
        return failed.isEmpty();
    }

    /** The number of targets that are cooling down. */
    public long cooling() {
        long now = clock.getAsLong();
        return failed.values().stream().filter(state -> state.isCooling(now)).count();
    }

    /**
     * Whether a call may use a target now. After a cool-down, the call becomes the probe, which ends by {@link #onSuccess},
     * {@link #onFailure} or {@link #onNoVerdict}.
     */
    public boolean use(Key target) {
        if (!failed.containsKey(target)) {
            return true;
        }
        long now = clock.getAsLong();
        boolean[] isUsable = {true};
        failed.computeIfPresent(target, (key, state) -> {
            isUsable[0] = !state.isProbed() && !state.isCooling(now);
            return isUsable[0] ? new State(state.failures(), state.until(), true) : state;
        });
        return isUsable[0];
    }

    public void onSuccess(Key target) {
        failed.remove(target);
    }

    /**
     * Starts a cool-down: of the given time, or twice as long as the last one. Calls that fail during a cool-down do not
     * prolong it.
     *
     * @param retryAfter the time that the target asks for; null if unknown
     */
    public void onFailure(Key target, @Nullable Duration retryAfter) {
        long now = clock.getAsLong();
        failed.compute(target, (key, state) -> {
            if (state != null && state.isCooling(now)) {
                return state;
            }
            int failures = state == null ? 1 : Math.min(state.failures() + 1, MAX_DOUBLINGS + 1);
            return new State(failures, now + pause(failures, retryAfter).toNanos(), false);
        });
    }

    /** Ends a probe that neither succeeded nor failed, such as one whose caller left. */
    public void onNoVerdict(Key target) {
        failed.computeIfPresent(target, (key, state) -> new State(state.failures(), state.until(), false));
    }

    /** Forgets targets that no call has probed for long. */
    public void removeOld() {
        long now = clock.getAsLong();
        failed.values().removeIf(state -> now - state.until() > FORGOTTEN.toNanos());
    }

    private static Duration pause(int failures, @Nullable Duration retryAfter) {
        Duration wanted = retryAfter == null ? FIRST.multipliedBy(1L << (failures - 1)) : retryAfter;
        return wanted.compareTo(LONGEST) > 0 ? LONGEST : wanted;
    }
}
