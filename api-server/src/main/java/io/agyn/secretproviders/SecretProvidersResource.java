package io.agyn.secretproviders;

import static java.util.Objects.requireNonNull;

import io.agyn.api.SecretProvidersApi;
import io.agyn.api.model.SecretProvider;
import io.agyn.api.model.SecretProviderConfig;
import io.agyn.api.model.SecretProviderCreate;
import io.agyn.api.model.SecretProviderCredentialsRevealed;
import io.agyn.api.model.SecretProviderList;
import io.agyn.api.model.SecretProviderUpdate;
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
class SecretProvidersResource implements SecretProvidersApi {
    private final SecretProviders providers;
    private final ResourceResponses responses;

    SecretProvidersResource(SecretProviders providers, ResourceResponses responses) {
        this.providers = requireNonNull(providers, "providers is null");
        this.responses = requireNonNull(responses, "responses is null");
    }

    @Override
    public Response listSecretProviders(
            UUID organizationId,
            Integer pageSize,
            @Nullable String pageToken,
            @Nullable String name,
            @Nullable String search,
            @Nullable Set<String> ids) {
        Selection selection = Selection.in(organizationId)
                .with("name", name)
                .containing(search, "name")
                .withOneOf("id", Uuids.list(ids));
        var page = Paging.read(providers, selection, new Paging.Request(pageSize, pageToken))
                .map(SecretProvidersResource::read);
        return responses.ok(new SecretProviderList().items(page.items()).nextPageToken(page.nextPageToken()));
    }

    @Override
    public Response createSecretProvider(
            UUID organizationId, SecretProviderCreate body, @Nullable String idempotencyKey) {
        SecretProviderEntity provider = new SecretProviderEntity(organizationId);
        provider.name = body.getName();
        provider.description = body.getDescription();
        provider.type = body.getType();
        providers.setConfig(provider, body.getConfig());
        providers.persistAndFlush(provider);
        return responses.created(
                read(provider), "/organizations/%s/secret-providers/%s".formatted(organizationId, provider.id));
    }

    @Override
    public Response getSecretProvider(UUID organizationId, UUID secretProviderId) {
        return responses.ok(read(providers.get(organizationId, secretProviderId)));
    }

    @Override
    public Response updateSecretProvider(
            UUID organizationId, UUID secretProviderId, SecretProviderUpdate body, @Nullable String ifMatch) {
        SecretProviderEntity provider = providers.lock(organizationId, secretProviderId);
        return responses.updated(ifMatch, () -> read(provider), () -> {
            provider.name = body.getName();
            provider.description = body.getDescription();
            provider.type = body.getType();
            providers.setConfig(provider, body.getConfig());
            provider.touch();
            providers.flush();
        });
    }

    @Override
    public Response deleteSecretProvider(UUID organizationId, UUID secretProviderId, @Nullable String ifMatch) {
        SecretProviderEntity provider = providers.lock(organizationId, secretProviderId);
        return responses.deleted(ifMatch, read(provider), () -> providers.deleteUnused(provider));
    }

    @Override
    public Response revealSecretProviderCredentials(UUID organizationId, UUID secretProviderId) {
        SecretProviderEntity provider = providers.get(organizationId, secretProviderId);
        return responses.revealed(new SecretProviderCredentialsRevealed()
                .token(providers.revealToken(provider))
                .secretId(providers.revealSecretId(provider)));
    }

    private static SecretProvider read(SecretProviderEntity provider) {
        return new SecretProvider()
                .id(provider.id)
                .organizationId(provider.organizationId)
                .name(provider.name)
                .description(provider.description)
                .type(provider.type)
                .config(new SecretProviderConfig()
                        .address(provider.address)
                        .namespace(provider.namespace)
                        .caCertificate(provider.caCertificate)
                        .authMethod(provider.authMethod)
                        .roleId(provider.roleId)
                        .approleMount(provider.approleMount))
                .credentialsFingerprint(provider.credentialsFingerprint)
                .secretCount(provider.secretCount)
                .createdAt(StoredResource.utc(provider.createdAt))
                .updatedAt(StoredResource.utc(provider.updatedAt));
    }
}
