package io.agyn.console.lists;

import static java.util.Objects.requireNonNull;

import io.agyn.api.InvitationsApi;
import io.agyn.api.LlmProvidersApi;
import io.agyn.api.ModelsApi;
import io.agyn.api.OrganizationsApi;
import io.agyn.api.SecretProvidersApi;
import io.agyn.api.SecretsApi;
import io.agyn.api.model.LlmProvider;
import io.agyn.api.model.LlmProviderList;
import io.agyn.api.model.Model;
import io.agyn.api.model.ModelList;
import io.agyn.api.model.ModelStatus;
import io.agyn.api.model.Organization;
import io.agyn.api.model.OrganizationList;
import io.agyn.api.model.ReceivedInvitation;
import io.agyn.api.model.ReceivedInvitationList;
import io.agyn.api.model.Secret;
import io.agyn.api.model.SecretList;
import io.agyn.api.model.SecretProvider;
import io.agyn.api.model.SecretProviderList;
import io.agyn.console.Api;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Lists that several pages show. No list is read as a whole. */
@Singleton
public class ListSources {
    private final Api api;
    private final OrganizationsApi organizations;
    private final InvitationsApi invitations;
    private final LlmProvidersApi llmProviders;
    private final ModelsApi models;
    private final SecretsApi secrets;
    private final SecretProvidersApi secretProviders;

    ListSources(Api api) {
        this.api = requireNonNull(api, "api is null");
        this.organizations = api.of(OrganizationsApi.class);
        this.invitations = api.of(InvitationsApi.class);
        this.llmProviders = api.of(LlmProvidersApi.class);
        this.models = api.of(ModelsApi.class);
        this.secrets = api.of(SecretsApi.class);
        this.secretProviders = api.of(SecretProvidersApi.class);
    }

    /** The organizations that the user can access. */
    public ListPage.Source<Organization> organizations() {
        return (size, token, search) -> organizations(size, token, search, null);
    }

    /** The organizations with these ids, by id; inaccessible ones are omitted. */
    public Map<UUID, Organization> organizations(Collection<UUID> ids) {
        return byId(
                ids.isEmpty()
                        ? List.of()
                        : organizations(ids.size(), null, null, texts(ids)).items(),
                Organization::getId);
    }

    private ListPage.Slice<Organization> organizations(
            int size, @Nullable String token, @Nullable String search, @Nullable Set<String> ids) {
        OrganizationList list =
                api.read(organizations.listOrganizations(size, token, null, null, search, ids), OrganizationList.class);
        return new ListPage.Slice<>(list.getItems(), list.getNextPageToken());
    }

    public ListPage.Source<LlmProvider> llmProviders(UUID organizationId) {
        return llmProviders(organizationId, null, null);
    }

    /** The user's first pending invitations. */
    public List<ReceivedInvitation> receivedInvitations(int size) {
        return api.read(invitations.listMyInvitations(size, null), ReceivedInvitationList.class)
                .getItems();
    }

    /** The LLM providers with these ids, by id; missing ones are omitted. */
    public Map<UUID, LlmProvider> llmProviders(UUID organizationId, Collection<UUID> ids) {
        return byId(
                ids.isEmpty()
                        ? List.of()
                        : llmProviders(organizationId, texts(ids), null)
                                .first(ids.size())
                                .items(),
                LlmProvider::getId);
    }

    /** The LLM providers that use a secret. */
    public ListPage.Source<LlmProvider> llmProvidersWith(UUID organizationId, UUID secretId) {
        return llmProviders(organizationId, null, secretId);
    }

    private ListPage.Source<LlmProvider> llmProviders(
            UUID organizationId, @Nullable Set<String> ids, @Nullable UUID secretId) {
        return (size, token, search) -> {
            LlmProviderList list = api.read(
                    llmProviders.listLlmProviders(organizationId, size, token, null, search, ids, secretId),
                    LlmProviderList.class);
            return new ListPage.Slice<>(list.getItems(), list.getNextPageToken());
        };
    }

    /**
     * The models of an organization, of a provider or with a status.
     *
     * @param providerId null for all LLM providers
     * @param status null for any status
     */
    public ListPage.Source<Model> models(UUID organizationId, @Nullable UUID providerId, @Nullable ModelStatus status) {
        return (size, token, search) -> {
            ModelList list = api.read(
                    models.listModels(organizationId, size, token, null, search, providerId, status), ModelList.class);
            return new ListPage.Slice<>(list.getItems(), list.getNextPageToken());
        };
    }

    public ListPage.Source<Secret> secrets(UUID organizationId) {
        return secretsIn(organizationId, null);
    }

    /**
     * The secrets whose values are in a secret provider.
     *
     * @param providerId null for all secrets
     */
    public ListPage.Source<Secret> secretsIn(UUID organizationId, @Nullable UUID providerId) {
        return (size, token, search) -> {
            SecretList list = api.read(
                    secrets.listSecrets(organizationId, size, token, null, search, providerId), SecretList.class);
            return new ListPage.Slice<>(list.getItems(), list.getNextPageToken());
        };
    }

    public ListPage.Source<SecretProvider> secretProviders(UUID organizationId) {
        return secretProvidersWith(organizationId, null);
    }

    /** The secret providers with these ids, by id; without those that do not exist. */
    public Map<UUID, SecretProvider> secretProviders(UUID organizationId, Collection<UUID> ids) {
        return byId(
                ids.isEmpty()
                        ? List.of()
                        : secretProvidersWith(organizationId, texts(ids))
                                .first(ids.size())
                                .items(),
                SecretProvider::getId);
    }

    private ListPage.Source<SecretProvider> secretProvidersWith(UUID organizationId, @Nullable Set<String> ids) {
        return (size, token, search) -> {
            SecretProviderList list = api.read(
                    secretProviders.listSecretProviders(organizationId, size, token, null, search, ids),
                    SecretProviderList.class);
            return new ListPage.Slice<>(list.getItems(), list.getNextPageToken());
        };
    }

    private static Set<String> texts(Collection<UUID> ids) {
        return ids.stream().map(UUID::toString).collect(Collectors.toSet());
    }

    private static <T> Map<UUID, T> byId(List<T> items, Function<T, UUID> id) {
        return items.stream().collect(Collectors.toMap(id, Function.identity()));
    }
}
