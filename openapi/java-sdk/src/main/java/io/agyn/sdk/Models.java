package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.Listing.Page;
import io.agyn.sdk.api.ModelTestsApi;
import io.agyn.sdk.api.ModelsApi;
import io.agyn.sdk.model.Model;
import io.agyn.sdk.model.ModelCreate;
import io.agyn.sdk.model.ModelList;
import io.agyn.sdk.model.ModelTest;
import io.agyn.sdk.model.ModelUpdate;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The models of an organization: the names that agents call. */
public final class Models {
    private final UUID organizationId;
    private final ModelsApi api;
    private final ModelTestsApi tests;
    private final Exchange exchange;

    Models(UUID organizationId, ModelsApi api, ModelTestsApi tests, Exchange exchange) {
        this.organizationId = requireNonNull(organizationId, "organizationId is null");
        this.api = requireNonNull(api, "api is null");
        this.tests = requireNonNull(tests, "tests is null");
        this.exchange = requireNonNull(exchange, "exchange is null");
    }

    /**
     * Creates a model.
     *
     * @param model the new model
     * @return the model as it was created
     * @throws InvalidRequestException if a field is invalid
     * @throws NotFoundException if there is no such organization or LLM provider
     * @throws ConflictException if another model has the name
     */
    public Model create(ModelCreate model) {
        requireNonNull(model, "model is null");
        return exchange.create(key -> api.createModelWithHttpInfo(organizationId, model, key));
    }

    /**
     * Reads a model.
     *
     * @param id the model's id
     * @return the model
     * @throws NotFoundException if it does not exist
     */
    public Model get(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.read(() -> api.getModelWithHttpInfo(organizationId, id));
    }

    /**
     * Reads a model together with its entity tag.
     *
     * @param id the model's id
     * @return the model and the tag that makes a later update or deletion conditional
     * @throws NotFoundException if it does not exist
     */
    public Versioned<Model> getVersioned(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.readVersioned(() -> api.getModelWithHttpInfo(organizationId, id));
    }

    /**
     * Looks up a model by its name, which is unique in the organization.
     *
     * @param name the exact name
     * @return the model; empty if not found
     */
    public Optional<Model> find(String name) {
        requireNonNull(name, "name is null");
        return list(name).stream().findFirst();
    }

    /**
     * Lists all models of the organization.
     *
     * @return the models, fetched while iterating
     */
    public Listing<Model> list() {
        return list(null);
    }

    private Listing<Model> list(@Nullable String name) {
        return new Listing<>((pageSize, pageToken) -> {
            ModelList page = exchange.read(
                    () -> api.listModelsWithHttpInfo(organizationId, pageSize, pageToken, name, null, null, null));
            return new Page<>(page.getItems(), page.getNextPageToken());
        });
    }

    /**
     * Replaces a model.
     *
     * @param id the model's id
     * @param model the new state
     * @return the model as it is now
     * @throws NotFoundException if there is no such model
     * @throws InvalidRequestException if a field is invalid
     * @throws ConflictException if another model has the name
     */
    public Model update(UUID id, ModelUpdate model) {
        requireNonNull(id, "id is null");
        requireNonNull(model, "model is null");
        return exchange.write(() -> api.updateModelWithHttpInfo(organizationId, id, model, null));
    }

    /**
     * Updates a model, like {@link #update(UUID, ModelUpdate)}, but only if it has not changed since.
     *
     * @param id the model's id
     * @param model the new state
     * @param etag the entity tag of the state that the update is based on
     * @return the model as it is now and its new entity tag
     * @throws PreconditionFailedException if the model has changed since
     */
    public Versioned<Model> update(UUID id, ModelUpdate model, String etag) {
        requireNonNull(id, "id is null");
        requireNonNull(model, "model is null");
        requireNonNull(etag, "etag is null");
        return exchange.writeVersioned(() -> api.updateModelWithHttpInfo(organizationId, id, model, etag));
    }

    /**
     * Deletes a model.
     *
     * @param id the model's id
     * @throws NotFoundException if there is no such model
     */
    public void delete(UUID id) {
        requireNonNull(id, "id is null");
        exchange.delete(() -> api.deleteModelWithHttpInfo(organizationId, id, null));
    }

    /**
     * Deletes a model, like {@link #delete(UUID)}, but only if it has not changed since.
     *
     * @param id the model's id
     * @param etag the entity tag of the state to delete
     * @throws PreconditionFailedException if the model has changed since
     */
    public void delete(UUID id, String etag) {
        requireNonNull(id, "id is null");
        requireNonNull(etag, "etag is null");
        exchange.delete(() -> api.deleteModelWithHttpInfo(organizationId, id, etag));
    }

    /**
     * Tests a model: sends {@code Hello, world} to it through the LLM Proxy, as an agent would. A failed model call is a
     * result, not an exception. The test takes as long as the model, at most {@link
     * AgynClient.Builder#modelTestTimeout}.
     *
     * @param id the model's id
     * @return the result of the test
     * @throws NotFoundException if there is no such model
     */
    public ModelTest test(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.write(() -> tests.testModelWithHttpInfo(organizationId, id));
    }
}
