package io.agyn.proxy;

import java.time.Duration;

/** The state of a call. Each state has a time limit without progress, and handles its expiry. */
sealed interface CallState
        permits Call.LookingUp,
                Call.ReadingModel,
                Call.Finished,
                Attempt.Queueing,
                Attempt.Connecting,
                Attempt.AwaitingResponse,
                Attempt.Forwarding {
    /** For states that something else ends. */
    Duration NO_LIMIT = Duration.ofNanos(Long.MAX_VALUE);

    /** The time limit without progress. */
    Duration limit();

    /** Ends the state after {@link #limit} without progress. */
    void onLimit();

    /**
     * Called at each tick of the event loop, before the limit is checked.
     *
     * @param silence nanoseconds since the last progress
     */
    default void onTick(long silence) {}
}
