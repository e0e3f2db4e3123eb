package io.agyn.proxy.forwarding;

import java.time.Duration;

/** The state of a call. Each state has a time limit without progress, and handles its expiry. */
sealed interface CallState
        permits CallState.Unlimited,
                ReadingModel,
                ControlMessage,
                Attempt.Queueing,
                Attempt.Connecting,
                HttpAttempt.AwaitingResponse,
                HttpAttempt.Forwarding,
                BatchResponse,
                WebSocketAttempt.AwaitingUpgrade,
                WebSocketAttempt.AwaitingResponse,
                WebSocketAttempt.Forwarding {
    /** The states that something else ends. */
    enum Unlimited implements CallState {
        /**
         * Looks up the token, the model or a remote secret. {@link io.agyn.proxy.routing.LookupExecutor} and {@code
         * AGYN_SECRET_READ_TIMEOUT} limit the time.
         */
        LOOKING_UP,
        FINISHED;

        private static final Duration NO_LIMIT = Duration.ofNanos(Long.MAX_VALUE);

        @Override
        public Duration limit() {
            return NO_LIMIT;
        }

        @Override
        public void onLimit() {
            throw new IllegalStateException("has no limit");
        }
    }

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
