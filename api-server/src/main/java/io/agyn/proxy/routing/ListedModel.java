package io.agyn.proxy.routing;

import io.agyn.api.model.Protocol;
import java.time.Instant;
import java.util.UUID;

/**
 * A model as a caller sees it in a list.
 *
 * @param id what to call it by: its name, or {@code slug/name} where the token reaches another model of this name
 * @param modelId the model
 * @param name the model's name in its organization
 * @param organizationSlug the slug of its organization
 * @param protocol the protocol it is called by
 * @param createdAt when it was created
 */
public record ListedModel(
        String id, UUID modelId, String name, String organizationSlug, Protocol protocol, Instant createdAt) {}
