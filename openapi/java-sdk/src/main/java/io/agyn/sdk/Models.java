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
     * @throws InvalidRequestException if it breaks a rule
     * @throws NotFoundException if the organization does not exist, or no such LLM provider in it
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
     * Looks a model up by its name, which is unique in the organization.
     *
     * @param name the exact name
     * @return the model; empty if none has this name
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

    private Listing<Model> list(String name) {
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
     * @throws InvalidRequestException if the new state breaks a rule
     * @throws ConflictException if another model has the name
     */
    public Model update(UUID id, ModelUpdate model) {
        requireNonNull(id, "id is null");
        requireNonNull(model, "model is null");
        return exchange.write(() -> api.updateModelWithHttpInfo(organizationId, id, model, null));
    }

    /**
     * Updates a model, as {@link #update(UUID, ModelUpdate)} does, if it has not changed since.
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
     * Deletes a model, as {@link #delete(UUID)} does, if it has not changed since.
     *
     * @param id the model's id
     * @param etag the entity tag of the expected state
     * @throws PreconditionFailedException if the model has changed since
     */
    public void delete(UUID id, String etag) {
        requireNonNull(id, "id is null");
        requireNonNull(etag, "etag is null");
        exchange.delete(() -> api.deleteModelWithHttpInfo(organizationId, id, etag));
    }

    /**
     * Sends {@code Hello, world} to a model through the LLM Proxy, like an agent. A failed call is a result, not an
     * exception. It takes as long as the model's response, at most {@link AgynClient.Builder#modelTestTimeout}.
     *
     * @param id the model's id
     * @return the result
     * @throws NotFoundException if there is no such model
     */
    public ModelTest test(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.write(() -> tests.testModelWithHttpInfo(organizationId, id));
    }
}
