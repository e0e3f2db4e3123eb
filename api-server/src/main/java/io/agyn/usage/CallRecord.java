package io.agyn.usage;

import io.agyn.api.model.CallOperation;
import io.agyn.api.model.Protocol;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The usage record of a model call: the caller, the model, durations, outcome and tokens. It contains nothing of the
 * prompt or the response.
 *
 * @param id the record's id, a UUIDv7, which makes loading idempotent
 * @param startedAt when the call arrived
 * @param requestId the call's id in the response and the log
 * @param organizationId the organization; null if the call was rejected before it was known
 * @param modelId the model; null if it was not found
 * @param model the model's name in the organization; null if it was not found
 * @param providerId the LLM provider; null if there was none
 * @param provider the LLM provider's name; null if there was none
 * @param tokenId the API token; null if unknown
 * @param userId the token's user; null if unknown
 * @param protocol the caller's protocol
 * @param operation the operation
 * @param streamed whether the response was a stream of events
 * @param usage the usage that the provider reported
 * @param timeToFirstByte from the call's arrival to the first byte of the provider's body; null if there was none
 * @param duration from the call's arrival to its end
 * @param status the HTTP status of the response; null if the caller disconnected before it
 * @param outcome the outcome
 * @param threadId the agent's thread or session, at most 128 characters; null if unknown
 */
public record CallRecord(
        UUID id,
        Instant startedAt,
        String requestId,
        @Nullable UUID organizationId,
        @Nullable UUID modelId,
        @Nullable String model,
        @Nullable UUID providerId,
        @Nullable String provider,
        @Nullable UUID tokenId,
        @Nullable UUID userId,
        Protocol protocol,
        CallOperation operation,
        boolean streamed,
        CallUsage usage,
        @Nullable Duration timeToFirstByte,
        Duration duration,
        @Nullable Integer status,
        Outcome outcome,
        @Nullable String threadId) {}
