package io.agyn.proxy.routing;

import io.agyn.api.model.Protocol;
import java.util.Optional;
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

    /**
     * The default model, for a call without a model: the API token's default model, else the home organization's, each
     * only if it uses the protocol.
     *
     * @param ofToken the API token's default model
     * @param orOnlyProvider whether, without a default model, any model of the home organization is selected if all of them
     *     that use the protocol have one LLM provider; for calls that have no model by nature
     */
    record Default(Protocol protocol, Optional<UUID> ofToken, boolean orOnlyProvider) implements ModelSelector {}
}
