package io.agyn.proxy.routing;

import io.agyn.api.model.Protocol;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The provider that receives a model's calls, and the credentials that it gets.
 *
 * @param modelName the model's name in its organization
 * @param credentials headers for the provider, as pairs of lower-case name and value
 * @param remoteModel the provider's name of the model, as a JSON string with its quotes
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

    /** Leaves out the credentials. */
    @Override
    public String toString() {
        return "model %s at LLM provider %s".formatted(modelName, providerName);
    }
}
