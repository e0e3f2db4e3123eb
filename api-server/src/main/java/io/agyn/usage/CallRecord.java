package io.agyn.usage;

import io.agyn.api.model.CallOperation;
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
 * @param operation the operation
 * @param streamed whether the answer was a stream of events
 * @param usage the usage that the provider reported
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
        CallOperation operation,
        boolean streamed,
        CallUsage usage,
        Duration timeToFirstByte,
        Duration duration,
        Integer status,
        Outcome outcome) {}
