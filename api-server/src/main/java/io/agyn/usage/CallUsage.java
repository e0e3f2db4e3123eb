package io.agyn.usage;

import io.agyn.api.model.UsageUnknownReason;
import org.jspecify.annotations.Nullable;

/**
 * The usage that a provider reported for a call. Each value is null if the provider did not report it.
 *
 * @param inputTokens tokens of the request that were neither read from nor written to a cache
 * @param cachedInputTokens tokens of the request that were read from the provider's cache
 * @param cacheWriteTokens tokens of the request that were written to the provider's cache
 * @param cacheWrite5mTokens the part of {@code cacheWriteTokens} that was written for 5 minutes
 * @param cacheWrite1hTokens the part of {@code cacheWriteTokens} that was written for one hour
 * @param outputTokens tokens of the response, including reasoning
 * @param reasoningTokens tokens of the response that were spent on reasoning
 * @param webSearchRequests web searches by the provider's tool
 * @param webFetchRequests web pages fetched by the provider's tool
 * @param serviceTier the service tier that processed the call; at most 128 visible ASCII characters
 * @param unknownReason why the usage is unknown
 */
public record CallUsage(
        @Nullable Long inputTokens,
        @Nullable Long cachedInputTokens,
        @Nullable Long cacheWriteTokens,
        @Nullable Long cacheWrite5mTokens,
        @Nullable Long cacheWrite1hTokens,
        @Nullable Long outputTokens,
        @Nullable Long reasoningTokens,
        @Nullable Long webSearchRequests,
        @Nullable Long webFetchRequests,
        @Nullable String serviceTier,
        @Nullable UsageUnknownReason unknownReason) {
    /** The usage of a call without a response. */
    public static final CallUsage NONE =
            new CallUsage(null, null, null, null, null, null, null, null, null, null, null);

    /** The usage of a call whose response or batch runs in the background. */
    public static final CallUsage PENDING =
            new CallUsage(null, null, null, null, null, null, null, null, null, null, UsageUnknownReason.PENDING);

    /** All tokens of the request: also those that were read from a cache or written to it; null if unknown. */
    public @Nullable Long allInputTokens() {
        return inputTokens == null ? null : inputTokens + orZero(cachedInputTokens) + orZero(cacheWriteTokens);
    }

    private static long orZero(@Nullable Long tokens) {
        return tokens == null ? 0 : tokens;
    }
}
