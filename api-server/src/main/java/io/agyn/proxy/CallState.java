package io.agyn.proxy;

import java.time.Duration;

/** What a call waits for. Each state knows how long that may last without progress, and what happens when it lasts longer. */
sealed interface CallState
        permits Call.LookingUp,
                Call.ReadingModel,
                Call.Finished,
                Attempt.Queueing,
                Attempt.Connecting,
                Attempt.AwaitingResponse,
                Attempt.Forwarding {
    /** The limit of states that something else ends. */
    Duration NO_LIMIT = Duration.ofNanos(Long.MAX_VALUE);

    /** How long there may be no progress. */
    Duration limit();

    /** Ends the state, since there was no progress for {@link #limit}. */
    void onLimit();

    /**
     * Called at each tick of the event loop, before the limit is checked.
     *
     * @param silence nanoseconds since the last progress
     */
    default void onTick(long silence) {}
}
