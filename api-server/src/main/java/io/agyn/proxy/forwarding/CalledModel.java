package io.agyn.proxy.forwarding;

import io.agyn.proxy.routing.Target;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The model of a call.
 *
 * @param id null for a batch with several models
 * @param name null for a batch with several models
 * @param target null for a model that cannot be called
 */
record CalledModel(
        UUID organizationId,
        @Nullable UUID id,
        @Nullable String name,
        @Nullable Target target) {
    static CalledModel at(Target target) {
        return new CalledModel(target.organizationId(), target.modelId(), target.modelName(), target);
    }

    /** Several models of one LLM provider, the first of which has this target. */
    static CalledModel several(Target first) {
        return new CalledModel(first.organizationId(), null, null, first);
    }
}
