package io.agyn.console;

import static java.util.Objects.requireNonNull;

import io.agyn.api.LlmProvidersApi;
import io.agyn.api.ModelsApi;
import io.agyn.api.SecretsApi;
import io.agyn.api.model.LlmProvider;
import io.agyn.api.model.LlmProviderList;
import io.agyn.api.model.Model;
import io.agyn.api.model.ModelList;
import io.agyn.api.model.Secret;
import io.agyn.api.model.SecretList;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.UUID;

/** An organization's lists, to page through by {@link Listing#of} or to take whole by {@link Listing#all}. */
@Singleton
public class Lists {
    private final Api api;
    private final LlmProvidersApi llmProviders;
    private final ModelsApi models;
    private final SecretsApi secrets;

    Lists(Api api) {
        this.api = requireNonNull(api, "api is null");
        this.llmProviders = api.of(LlmProvidersApi.class);
        this.models = api.of(ModelsApi.class);
        this.secrets = api.of(SecretsApi.class);
    }

    /** The LLM providers. */
    public Listing.Source<LlmProvider> llmProviders(UUID organizationId) {
        return (size, token) -> {
            LlmProviderList list = api.read(
                    llmProviders.listLlmProviders(organizationId, size, token, null, null, null, null),
                    LlmProviderList.class);
            return new Listing.Slice<>(list.getItems(), list.getNextPageToken());
        };
    }

    /** The models. */
    public Listing.Source<Model> models(UUID organizationId) {
        return (size, token) -> {
            ModelList list =
                    api.read(models.listModels(organizationId, size, token, null, null, null, null), ModelList.class);
            return new Listing.Slice<>(list.getItems(), list.getNextPageToken());
        };
    }

    /** The models of one LLM provider. */
    public List<Model> modelsOf(UUID organizationId, UUID llmProviderId) {
        return Listing.all(models(organizationId)).stream()
                .filter(model -> llmProviderId.equals(model.getProviderId()))
                .toList();
    }

    /** The secrets. */
    public Listing.Source<Secret> secrets(UUID organizationId) {
        return (size, token) -> {
            SecretList list = api.read(secrets.listSecrets(organizationId, size, token, null, null), SecretList.class);
            return new Listing.Slice<>(list.getItems(), list.getNextPageToken());
        };
    }
}
