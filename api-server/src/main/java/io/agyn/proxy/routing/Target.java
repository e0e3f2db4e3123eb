package io.agyn.proxy.routing;

import io.agyn.api.model.Protocol;
import io.agyn.secrets.remote.RemoteValue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The provider that receives a model's calls, and the credentials that it gets.
 *
 * @param modelName the model's name in its organization
 * @param credentials headers for the provider, as pairs of lower-case name and value; empty for a remote credential
 *     before its value is known
 * @param remoteModel the provider's name of the model, as a JSON string with its quotes
 * @param remoteCredential the credential that this server does not store; null for a stored one
 * @param keepAlive how long the provider's stream may be silent before the caller gets a keep-alive: zero for no
 *     keep-alives, null for the server's setting
 * @param webSocket whether the provider may be called over WebSocket
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
        byte[] remoteModel,
        @Nullable RemoteCredential remoteCredential,
        @Nullable Duration keepAlive,
        boolean webSocket) {

    /** A target with a stored credential and the settings' defaults. */
    public Target(
            UUID organizationId,
            UUID modelId,
            String modelName,
            UUID providerId,
            String providerName,
            Protocol protocol,
            Endpoint endpoint,
            List<Map.Entry<String, String>> credentials,
            byte[] remoteModel) {
        this(
                organizationId,
                modelId,
                modelName,
                providerId,
                providerName,
                protocol,
                endpoint,
                credentials,
                remoteModel,
                null,
                null,
                true);
    }

    /** Returns the target of a call that starts with a value of the remote credential. */
    public Target with(RemoteCredential credential, RemoteValue value) {
        return new Target(
                organizationId,
                modelId,
                modelName,
                providerId,
                providerName,
                protocol,
                endpoint,
                RemoteCredential.headers(credential.authMethod(), value.value()),
                remoteModel,
                credential.with(value),
                keepAlive,
                webSocket);
    }

    /** Leaves out the credentials. */
    @Override
    public String toString() {
        return "model %s at LLM provider %s".formatted(modelName, providerName);
    }
}
