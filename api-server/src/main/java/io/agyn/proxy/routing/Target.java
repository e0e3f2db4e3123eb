package io.agyn.proxy.routing;

import io.agyn.api.model.Protocol;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Where the calls of a model go, and what they take along.
 *
 * @param organizationId the tenant
 * @param modelId the model
 * @param modelName the model's name in its organization
 * @param providerId the LLM provider
 * @param providerName the LLM provider's name
 * @param protocol the protocol that the provider speaks
 * @param endpoint where the provider is
 * @param credentials the headers that the provider is given, lower-case names first
 * @param remoteModel the provider's own name of the model, as a JSON string with its quotes
 */
public record Target(
        UUID organizationId,
        UUID modelId,
        String modelName,
        UUID providerId,
        String providerName,
        Protocol protocol,
        Endpoint endpoint,
        List<Map.Entry<String, String>> credentials,
        byte[] remoteModel) {

    /** Names the target, without its credentials. */
    @Override
    public String toString() {
        return "model %s at LLM provider %s".formatted(modelName, providerName);
    }
}
