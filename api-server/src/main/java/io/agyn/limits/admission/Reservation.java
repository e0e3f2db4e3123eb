package io.agyn.limits.admission;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The amounts that an admitted call has reserved of its limits. It is settled once. */
public final class Reservation {
    private final CallSubjects call;
    private final Estimate estimate;
    private final TokenAverages averages;
    private final List<Part> parts = new ArrayList<>(4);
    private final AtomicBoolean isSettled = new AtomicBoolean();

    /**
     * A part of the reservation.
     *
     * @param window the window of the counter that was charged
     */
    private record Part(Counter counter, Limit limit, Instant window, long amount) {}

    Reservation(CallSubjects call, Estimate estimate, TokenAverages averages) {
        this.call = call;
        this.estimate = estimate;
        this.averages = averages;
    }

    Estimate estimate() {
        return estimate;
    }

    /** Adds a part, of a counter that is locked. */
    void add(Counter counter, Limit limit, long amount) {
        parts.add(new Part(counter, limit, counter.windowStart(), amount));
    }

    /** Returns everything: the call did not reach its provider. */
    public void cancel() {
        settle(Estimate.NOTHING);
    }

    /** Ends the call for limits on concurrent calls; the rest is settled when its usage is known. */
    public void endCall() {
        for (Part part : parts) {
            if (part.limit().window() == null) {
                synchronized (part.counter()) {
                    part.counter().settle(part.window(), part.amount(), 0);
                }
            }
        }
        parts.removeIf(part -> part.limit().window() == null);
    }

    /**
     * Charges the actual use in place of the estimate.
     *
     * @param input the tokens of the request; null to charge the estimate
     * @param output the tokens of the response; null to charge the estimate
     */
    public void settle(@Nullable Long input, @Nullable Long output) {
        if (input != null && output != null && output > 0) {
            averages.add(call.modelId(), input, output);
        }
        settle(new Estimate(
                1, input == null ? estimate.inputTokens() : input, output == null ? estimate.outputTokens() : output));
    }

    private void settle(Estimate actual) {
        if (isSettled.compareAndSet(false, true)) {
            for (Part part : parts) {
                synchronized (part.counter()) {
                    part.counter()
                            .settle(
                                    part.window(),
                                    part.amount(),
                                    actual.of(part.limit().measure()));
                }
            }
        }
    }
}
