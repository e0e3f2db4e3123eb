package io.agyn.proxy.forwarding;

import io.agyn.proxy.routing.Target;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The model of a call.
 *
 * @param target null for a model that cannot be called
 */
record CalledModel(
        UUID organizationId, UUID id, String name, @Nullable Target target) {
    static CalledModel at(Target target) {
        return new CalledModel(target.organizationId(), target.modelId(), target.modelName(), target);
    }
}
