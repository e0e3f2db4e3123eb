package io.agyn.llm.models;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.agyn.api.ModelsApi;
import io.agyn.api.model.Model;
import io.agyn.api.model.ModelCreate;
import io.agyn.api.model.ModelFallbackInput;
import io.agyn.api.model.ModelList;
import io.agyn.api.model.ModelRouting;
import io.agyn.api.model.ModelStatus;
import io.agyn.api.model.ModelUpdate;
import io.agyn.audit.Audited;
import io.agyn.idempotency.Idempotent;
import io.agyn.rest.ResourceResponses;
import io.agyn.storage.Paging;
import io.agyn.storage.Selection;
import io.agyn.storage.StoredResource;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@RunOnVirtualThread
@Transactional
@Audited
@Idempotent
class ModelsResource implements ModelsApi {
    private static final String WITH_FALLBACK =
            "select other.id from ModelEntity other join other.fallbacks fallback where fallback.providerId = %s";

    private final Models models;
    private final ModelFallbacks fallbacks;
    private final ResourceResponses responses;

    ModelsResource(Models models, ModelFallbacks fallbacks, ResourceResponses responses) {
        this.models = requireNonNull(models, "models is null");
        this.fallbacks = requireNonNull(fallbacks, "fallbacks is null");
        this.responses = requireNonNull(responses, "responses is null");
    }

    @Override
    public Response listModels(
            UUID organizationId,
            Integer pageSize,
            @Nullable String pageToken,
            @Nullable String name,
            @Nullable String search,
            @Nullable UUID providerId,
            @Nullable ModelStatus status) {
        Selection selection = Selection.in(organizationId)
                .with("name", name)
                .containing(search, "name", "alias")
                .withOrFoundBy("providerId", WITH_FALLBACK, providerId)
                .filled("providerId", status == null ? null : status == ModelStatus.READY);
        var page = Paging.read(models, selection, new Paging.Request(pageSize, pageToken))
                .map(ModelsResource::read);
        return responses.ok(new ModelList().items(page.items()).nextPageToken(page.nextPageToken()));
    }

    @Override
    public Response createModel(UUID organizationId, ModelCreate body, @Nullable String idempotencyKey) {
        ModelEntity model = new ModelEntity(organizationId);
        model.name = body.getName();
        model.alias = body.getAlias();
        model.providerId = body.getProviderId();
        model.remoteModelName = body.getRemoteModelName();
        model.codexCatalogEntry = body.getCodexCatalogEntry();
        model.keepAliveSeconds = body.getKeepAliveSeconds();
        setRouting(model, body.getRouting(), body.getWeight(), body.getRetryOnTimeout(), body.getFallbacks());
        models.write(model);
        return responses.created(read(model), "/organizations/%s/models/%s".formatted(organizationId, model.id));
    }

    private void setRouting(
            ModelEntity model,
            @Nullable ModelRouting routing,
            @Nullable Integer weight,
            @Nullable Boolean retryOnTimeout,
            @Nullable List<ModelFallbackInput> targets) {
        model.routing = requireNonNullElse(routing, ModelRouting.FAILOVER);
        model.weight = requireNonNullElse(weight, 1);
        model.retryOnTimeout = requireNonNullElse(retryOnTimeout, false);
        fallbacks.set(model, targets);
    }

    @Override
    public Response getModel(UUID organizationId, UUID modelId) {
        return responses.ok(read(models.get(organizationId, modelId)));
    }

    @Override
    public Response updateModel(UUID organizationId, UUID modelId, ModelUpdate body, @Nullable String ifMatch) {
        ModelEntity model = models.lock(organizationId, modelId);
        return responses.updated(ifMatch, () -> read(model), () -> {
            model.name = body.getName();
            model.alias = body.getAlias();
            model.providerId = body.getProviderId();
            model.remoteModelName = body.getRemoteModelName();
            model.codexCatalogEntry = body.getCodexCatalogEntry();
            model.keepAliveSeconds = body.getKeepAliveSeconds();
            setRouting(model, body.getRouting(), body.getWeight(), body.getRetryOnTimeout(), body.getFallbacks());
            model.touch();
            models.write(model);
        });
    }

    @Override
    public Response deleteModel(UUID organizationId, UUID modelId, @Nullable String ifMatch) {
        ModelEntity model = models.lock(organizationId, modelId);
        return responses.deleted(ifMatch, read(model), () -> {
            models.delete(model);
            models.flush();
        });
    }

    private static Model read(ModelEntity model) {
        return new Model()
                .id(model.id)
                .organizationId(model.organizationId)
                .name(model.name)
                .alias(model.alias)
                .providerId(model.providerId)
                .remoteModelName(model.remoteModelName)
                .codexCatalogEntry(model.codexCatalogEntry)
                .keepAliveSeconds(model.keepAliveSeconds)
                .fallbacks(ModelFallbacks.read(model))
                .routing(model.routing)
                .weight(model.weight)
                .retryOnTimeout(model.retryOnTimeout)
                .status(model.providerId == null ? ModelStatus.ORPHANED : ModelStatus.READY)
                .createdAt(StoredResource.utc(model.createdAt))
                .updatedAt(StoredResource.utc(model.updatedAt));
    }
}
