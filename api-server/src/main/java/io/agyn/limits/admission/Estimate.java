package io.agyn.limits.admission;

import io.agyn.api.model.LimitMeasure;

/**
 * Tokens of a call, as expected before it or as counted after it.
 *
 * @param calls 1 for a call that reached the provider, otherwise 0
 */
public record Estimate(long calls, long inputTokens, long outputTokens) {
    /** A call that never reached the provider. */
    public static final Estimate NOTHING = new Estimate(0, 0, 0);

    long of(LimitMeasure measure) {
        return switch (measure) {
            case CALLS -> calls;
            case INPUT_TOKENS -> inputTokens;
            case OUTPUT_TOKENS -> outputTokens;
            case TOKENS -> inputTokens + outputTokens;
            case CONCURRENT_CALLS -> 1;
        };
    }
}
