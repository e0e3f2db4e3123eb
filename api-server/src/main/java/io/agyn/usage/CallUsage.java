package io.agyn.usage;

import io.agyn.api.model.UsageUnknownReason;

/**
 * The usage that a provider reported for a call. Each value is null if the provider did not report it.
 *
 * @param inputTokens tokens of the request that no cache was involved in
 * @param cachedInputTokens tokens of the request that were read from the provider's cache
 * @param cacheWriteTokens tokens of the request that were written to the provider's cache
 * @param cacheWrite5mTokens those of {@code cacheWriteTokens} that were written for 5 minutes
 * @param cacheWrite1hTokens those of {@code cacheWriteTokens} that were written for one hour
 * @param outputTokens tokens of the response, those of reasoning included
 * @param reasoningTokens tokens of the response that were spent on reasoning
 * @param webSearchRequests web searches by the provider's own tool
 * @param webFetchRequests web pages fetched by the provider's own tool
 * @param serviceTier the service tier that processed the call; at most 128 visible ASCII characters
 * @param unknownReason why the response could not be read; null if it could
 */
public record CallUsage(
        Long inputTokens,
        Long cachedInputTokens,
        Long cacheWriteTokens,
        Long cacheWrite5mTokens,
        Long cacheWrite1hTokens,
        Long outputTokens,
        Long reasoningTokens,
        Long webSearchRequests,
        Long webFetchRequests,
        String serviceTier,
        UsageUnknownReason unknownReason) {
    /** The usage of a call without a response. */
    public static final CallUsage NONE =
            new CallUsage(null, null, null, null, null, null, null, null, null, null, null);
}
