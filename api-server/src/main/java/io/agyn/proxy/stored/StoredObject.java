package io.agyn.proxy.stored;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The address of an object that an LLM provider stores. It has no content, and the database has only a keyed hash of its
 * id.
 *
 * @param createdAt when it was created, or a later use
 * @param userId the user who created it
 * @param modelId the model whose call created it
 * @param providerId the LLM provider that stores it
 * @param pending the usage record to complete; null without one
 */
public record StoredObject(
        String id,
        UUID organizationId,
        Instant createdAt,
        UUID userId,
        UUID modelId,
        UUID providerId,
        @Nullable PendingRecord pending) {
    StoredObject usedAt(Instant time) {
        return new StoredObject(id, organizationId, time, userId, modelId, providerId, pending);
    }
}
