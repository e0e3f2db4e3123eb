package io.agyn.proxy.routing;

import java.util.UUID;

/** How a call selects its model. */
public sealed interface ModelSelector {
    /**
     * The model with a name.
     *
     * @param name the name, alias or id of a model, or {@code slug/name}
     */
    record Named(String name) implements ModelSelector {}

    /** The model and the LLM provider of a stored object. */
    record At(UUID modelId, UUID providerId) implements ModelSelector {}
}
