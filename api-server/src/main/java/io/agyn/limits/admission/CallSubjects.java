package io.agyn.limits.admission;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The resources of a call that limits apply to.
 *
 * @param tokenId null for a call without an API token
 * @param modelId null for a batch with several models
 */
public record CallSubjects(
        UUID organizationId,
        UUID userId,
        @Nullable UUID tokenId,
        @Nullable UUID modelId,
        UUID providerId) {}
