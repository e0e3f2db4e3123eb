package io.agyn.secrets;

import static java.util.Objects.requireNonNull;

import io.agyn.api.SecretsApi;
import io.agyn.api.model.Secret;
import io.agyn.api.model.SecretCreate;
import io.agyn.api.model.SecretList;
import io.agyn.api.model.SecretRevealed;
import io.agyn.api.model.SecretStorage;
import io.agyn.api.model.SecretUpdate;
import io.agyn.audit.Audited;
import io.agyn.idempotency.Idempotent;
import io.agyn.rest.ResourceResponses;
import io.agyn.storage.Paging;
import io.agyn.storage.Selection;
import io.agyn.storage.StoredResource;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.core.Response;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@RunOnVirtualThread
@Transactional
@Audited
@Idempotent
class SecretsResource implements SecretsApi {
    private final Secrets secrets;
    private final SecretValues values;
    private final ResourceResponses responses;

    SecretsResource(Secrets secrets, SecretValues values, ResourceResponses responses) {
        this.secrets = requireNonNull(secrets, "secrets is null");
        this.values = requireNonNull(values, "values is null");
        this.responses = requireNonNull(responses, "responses is null");
    }

    @Override
    public Response listSecrets(
            UUID organizationId,
            Integer pageSize,
            @Nullable String pageToken,
            @Nullable String name,
            @Nullable String search,
            @Nullable UUID providerId) {
        Selection selection = Selection.in(organizationId)
                .with("name", name)
                .containing(search, "name")
                .with("providerId", providerId);
        var page = Paging.read(secrets, selection, new Paging.Request(pageSize, pageToken))
                .map(SecretsResource::read);
        return responses.ok(new SecretList().items(page.items()).nextPageToken(page.nextPageToken()));
    }

    @Override
    public Response createSecret(UUID organizationId, SecretCreate body, @Nullable String idempotencyKey) {
        SecretEntity secret = new SecretEntity(organizationId);
        secret.name = body.getName();
        secret.description = body.getDescription();
        switch (body.getStorage()) {
            case LOCAL -> secrets.setLocal(secret, body.getValue());
            case REMOTE -> secrets.setRemote(secret, body.getProviderId(), body.getRemotePath(), body.getRemoteKey());
        }
        secrets.persistAndFlush(secret);
        return responses.created(read(secret), "/organizations/%s/secrets/%s".formatted(organizationId, secret.id));
    }

    @Override
    public Response getSecret(UUID organizationId, UUID secretId) {
        return responses.ok(read(secrets.get(organizationId, secretId)));
    }

    @Override
    public Response updateSecret(UUID organizationId, UUID secretId, SecretUpdate body, @Nullable String ifMatch) {
        SecretEntity secret = secrets.lock(organizationId, secretId);
        return responses.updated(ifMatch, () -> read(secret), () -> {
            secret.name = body.getName();
            secret.description = body.getDescription();
            switch (body.getStorage()) {
                case LOCAL -> secrets.setLocal(secret, body.getValue());
                case REMOTE ->
                    secrets.setRemote(secret, body.getProviderId(), body.getRemotePath(), body.getRemoteKey());
            }
            secret.touch();
            secrets.flush();
        });
    }

    @Override
    public Response deleteSecret(UUID organizationId, UUID secretId, @Nullable String ifMatch) {
        SecretEntity secret = secrets.lock(organizationId, secretId);
        return responses.deleted(ifMatch, read(secret), () -> secrets.deleteUnused(secret));
    }

    @Override
    public Response revealSecret(UUID organizationId, UUID secretId) {
        return responses.revealed(new SecretRevealed().value(values.reveal(organizationId, secretId)));
    }

    private static Secret read(SecretEntity secret) {
        return new Secret()
                .id(secret.id)
                .organizationId(secret.organizationId)
                .name(secret.name)
                .description(secret.description)
                .storage(secret.isRemote() ? SecretStorage.REMOTE : SecretStorage.LOCAL)
                .version(secret.version)
                .fingerprint(secret.fingerprint)
                .providerId(secret.providerId)
                .remotePath(secret.remotePath)
                .remoteKey(secret.remoteKey)
                .readVersion(secret.readVersion)
                .readAt(StoredResource.utc(secret.readAt))
                .lastError(secret.lastError)
                .lastErrorAt(StoredResource.utc(secret.lastErrorAt))
                .createdAt(StoredResource.utc(secret.createdAt))
                .updatedAt(StoredResource.utc(secret.updatedAt));
    }
}
