package io.agyn.llm.providers;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.agyn.api.LlmProvidersApi;
import io.agyn.api.model.LlmProvider;
import io.agyn.api.model.LlmProviderCreate;
import io.agyn.api.model.LlmProviderCredentialsRevealed;
import io.agyn.api.model.LlmProviderList;
import io.agyn.api.model.LlmProviderUpdate;
import io.agyn.api.model.WebSocketMode;
import io.agyn.audit.Audited;
import io.agyn.contract.Uuids;
import io.agyn.idempotency.Idempotent;
import io.agyn.rest.ResourceResponses;
import io.agyn.storage.Paging;
import io.agyn.storage.Selection;
import io.agyn.storage.StoredResource;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.core.Response;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@RunOnVirtualThread
@Transactional
@Audited
@Idempotent
class LlmProvidersResource implements LlmProvidersApi {
    private final LlmProviders providers;
    private final ResourceResponses responses;

    LlmProvidersResource(LlmProviders providers, ResourceResponses responses) {
        this.providers = requireNonNull(providers, "providers is null");
        this.responses = requireNonNull(responses, "responses is null");
    }

    @Override
    public Response listLlmProviders(
            UUID organizationId,
            Integer pageSize,
            @Nullable String pageToken,
            @Nullable String name,
            @Nullable String search,
            @Nullable Set<String> ids,
            @Nullable UUID tokenSecretId) {
        Selection selection = Selection.in(organizationId)
                .with("name", name)
                .containing(search, "name")
                .withOneOf("id", Uuids.list(ids))
                .with("tokenSecretId", tokenSecretId);
        var page = Paging.read(providers, selection, new Paging.Request(pageSize, pageToken))
                .map(LlmProvidersResource::read);
        return responses.ok(new LlmProviderList().items(page.items()).nextPageToken(page.nextPageToken()));
    }

    @Override
    public Response createLlmProvider(UUID organizationId, LlmProviderCreate body, @Nullable String idempotencyKey) {
        LlmProviderEntity provider = new LlmProviderEntity(organizationId);
        provider.name = body.getName();
        provider.endpoint = body.getEndpoint();
        provider.protocol = body.getProtocol();
        provider.websocket = requireNonNullElse(body.getWebsocket(), WebSocketMode.AUTO);
        providers.setCredentials(provider, CredentialsInput.of(body));
        providers.persistAndFlush(provider);
        return responses.created(
                read(provider), "/organizations/%s/llm-providers/%s".formatted(organizationId, provider.id));
    }

    @Override
    public Response getLlmProvider(UUID organizationId, UUID providerId) {
        return responses.ok(read(providers.get(organizationId, providerId)));
    }

    @Override
    public Response updateLlmProvider(
            UUID organizationId, UUID providerId, LlmProviderUpdate body, @Nullable String ifMatch) {
        LlmProviderEntity provider = providers.lock(organizationId, providerId);
        return responses.updated(ifMatch, () -> read(provider), () -> {
            provider.name = body.getName();
            provider.endpoint = body.getEndpoint();
            provider.protocol = body.getProtocol();
            provider.websocket = requireNonNullElse(body.getWebsocket(), provider.websocket);
            providers.setCredentials(provider, CredentialsInput.of(body));
            provider.touch();
            providers.flush();
        });
    }

    @Override
    public Response deleteLlmProvider(UUID organizationId, UUID providerId, @Nullable String ifMatch) {
        LlmProviderEntity provider = providers.lock(organizationId, providerId);
        return responses.deleted(ifMatch, read(provider), () -> {
            // The foreign key's ON DELETE SET NULL leaves the models orphaned.
            providers.delete(provider);
            providers.flush();
        });
    }

    @Override
    public Response revealLlmProviderCredentials(UUID organizationId, UUID providerId) {
        LlmProviderEntity provider = providers.get(organizationId, providerId);
        return responses.revealed(new LlmProviderCredentialsRevealed()
                .token(providers.revealToken(provider))
                .customHeaders(providers.revealCustomHeaders(provider)));
    }

    private static LlmProvider read(LlmProviderEntity provider) {
        return new LlmProvider()
                .id(provider.id)
                .organizationId(provider.organizationId)
                .name(provider.name)
                .endpoint(provider.endpoint)
                .protocol(provider.protocol)
                .authMethod(provider.authMethod)
                .websocket(provider.websocket)
                .tokenSecretId(provider.tokenSecretId)
                .hasToken(provider.tokenCiphertext != null)
                .customHeaderNames(provider.customHeaderNames)
                .credentialsFingerprint(provider.credentialsFingerprint)
                .modelCount(provider.modelCount)
                .createdAt(StoredResource.utc(provider.createdAt))
                .updatedAt(StoredResource.utc(provider.updatedAt));
    }
}
