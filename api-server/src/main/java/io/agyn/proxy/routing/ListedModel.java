package io.agyn.proxy.routing;

import io.agyn.api.model.Protocol;
import java.time.Instant;
import java.util.UUID;

/**
 * A model in the list for a caller.
 *
 * @param id the name to call it by, or {@code slug/name} if the token reaches another model of this name
 * @param name the model's name in its organization
 * @param organizationSlug the slug of its organization
 */
public record ListedModel(
        String id, UUID modelId, String name, String organizationSlug, Protocol protocol, Instant createdAt) {}
