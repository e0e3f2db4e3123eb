package io.agyn.usage;

import io.agyn.api.model.Protocol;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * What is remembered of one call of a model: who called what, how long it took, how it ended and how many tokens it cost;
 * nothing of what was asked and answered.
 *
 * @param id the record's own id, a UUIDv7, by which it is written once
 * @param startedAt when the call arrived
 * @param requestId the call's id, as it was answered and logged
 * @param organizationId the tenant; null for a call that was refused before it was known
 * @param modelId the model; null where it was not found
 * @param model the name of the model, as the organization knows it; null where it was not found
 * @param providerId the LLM provider; null where the call led to none
 * @param provider the LLM provider's name; null where the call led to none
 * @param tokenId the API token; null where it was not known
 * @param userId whose token it is; null where it was not known
 * @param protocol the protocol that the caller spoke
 * @param streamed whether the answer was a stream of events
 * @param inputTokens tokens of the request that no cache was involved in; null where the provider did not say
 * @param cachedInputTokens tokens of the request that were read from the provider's cache; null where it did not say
 * @param cacheWriteTokens tokens of the request that were written to the provider's cache; null where it did not say
 * @param outputTokens tokens of the answer, those of reasoning included; null where the provider did not say
 * @param reasoningTokens tokens of the answer that were spent on reasoning; null where the provider did not say
 * @param timeToFirstByte from the call's arrival to the first byte of the provider's body; null where there was none
 * @param duration from the call's arrival to its end
 * @param status the HTTP status that was answered; null where the caller left before
 * @param outcome how it ended
 */
public record CallRecord(
        UUID id,
        Instant startedAt,
        String requestId,
        UUID organizationId,
        UUID modelId,
        String model,
        UUID providerId,
        String provider,
        UUID tokenId,
        UUID userId,
        Protocol protocol,
        boolean streamed,
        Long inputTokens,
        Long cachedInputTokens,
        Long cacheWriteTokens,
        Long outputTokens,
        Long reasoningTokens,
        Duration timeToFirstByte,
        Duration duration,
        Integer status,
        Outcome outcome) {}
