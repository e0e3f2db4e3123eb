package io.agyn.console.forms;

import static java.util.Objects.requireNonNull;

import io.agyn.api.LlmProvidersApi;
import io.agyn.api.MembersApi;
import io.agyn.api.ModelsApi;
import io.agyn.api.OrganizationsApi;
import io.agyn.api.SecretProvidersApi;
import io.agyn.api.SecretsApi;
import io.agyn.api.UsersApi;
import io.agyn.api.model.LlmProviderList;
import io.agyn.api.model.MemberList;
import io.agyn.api.model.Model;
import io.agyn.api.model.ModelList;
import io.agyn.api.model.OrganizationList;
import io.agyn.api.model.SecretList;
import io.agyn.api.model.SecretProviderList;
import io.agyn.api.model.UserList;
import io.agyn.console.Api;
import io.agyn.console.lists.ListPage;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Creates the pickers of forms and filters. */
@Singleton
public class PickerFactory {
    private final Api api;
    private final LlmProvidersApi llmProviders;
    private final ModelsApi models;
    private final SecretsApi secrets;
    private final SecretProvidersApi secretProviders;
    private final OrganizationsApi organizations;
    private final MembersApi members;
    private final UsersApi users;

    PickerFactory(Api api) {
        this.api = requireNonNull(api, "api is null");
        this.llmProviders = api.of(LlmProvidersApi.class);
        this.models = api.of(ModelsApi.class);
        this.secrets = api.of(SecretsApi.class);
        this.secretProviders = api.of(SecretProvidersApi.class);
        this.organizations = api.of(OrganizationsApi.class);
        this.members = api.of(MembersApi.class);
        this.users = api.of(UsersApi.class);
    }

    public Picker llmProvider(UUID organizationId) {
        return new Picker("LLM provider", "name", (size, name, id) -> {
            LlmProviderList list = api.read(
                    llmProviders.listLlmProviders(organizationId, size, null, name, null, only(id), null),
                    LlmProviderList.class);
            return slice(
                    list.getItems(),
                    list.getNextPageToken(),
                    provider -> new Picker.Item(provider.getId(), provider.getName(), provider.getName()));
        });
    }

    public Picker model(UUID organizationId) {
        return new Picker("model", "name", (size, name, id) -> {
            if (id != null) {
                return one(organizationId, id);
            }
            ModelList list =
                    api.read(models.listModels(organizationId, size, null, name, null, null, null), ModelList.class);
            return slice(list.getItems(), list.getNextPageToken(), PickerFactory::item);
        });
    }

    /** Lists of models have no filter by id. */
    private ListPage.Slice<Picker.Item> one(UUID organizationId, UUID id) {
        try {
            Model model = api.read(models.getModel(organizationId, id), Model.class);
            return new ListPage.Slice<>(List.of(item(model)), null);
        } catch (ProblemException e) {
            if (e.kind() == ProblemKind.NOT_FOUND) {
                return unknown();
            }
            throw e;
        }
    }

    private static Picker.Item item(Model model) {
        return new Picker.Item(model.getId(), model.getName(), model.getName());
    }

    /** The field keeps the name of the secret as typed. */
    public Picker secret(UUID organizationId) {
        return new Picker("secret", "name", (size, name, id) -> {
            if (id != null) {
                return unknown();
            }
            SecretList list =
                    api.read(secrets.listSecrets(organizationId, size, null, name, null, null), SecretList.class);
            return slice(
                    list.getItems(),
                    list.getNextPageToken(),
                    secret -> new Picker.Item(secret.getId(), secret.getName(), secret.getName()));
        });
    }

    public Picker secretProvider(UUID organizationId) {
        return new Picker("secret provider", "name", (size, name, id) -> {
            SecretProviderList list = api.read(
                    secretProviders.listSecretProviders(organizationId, size, null, name, null, only(id)),
                    SecretProviderList.class);
            return slice(
                    list.getItems(),
                    list.getNextPageToken(),
                    provider -> new Picker.Item(provider.getId(), provider.getName(), provider.getName()));
        });
    }

    /**
     * Picks one of the organizations that the user can access.
     *
     * @param only the only organization to offer; null for all
     */
    public Picker organization(@Nullable UUID only) {
        return new Picker("organization", "slug", (size, slug, id) -> {
            OrganizationList list = api.read(
                    organizations.listOrganizations(size, null, null, slug, null, only(only == null ? id : only)),
                    OrganizationList.class);
            return slice(
                    list.getItems(),
                    list.getNextPageToken(),
                    each -> new Picker.Item(each.getId(), each.getSlug(), each.getName()));
        });
    }

    public Picker member(UUID organizationId) {
        return new Picker("member", "username", (size, username, id) -> {
            if (id != null) {
                return unknown();
            }
            MemberList list = api.read(
                    members.listMembers(organizationId, size, null, null, username, null, null), MemberList.class);
            return slice(
                    list.getItems(),
                    list.getNextPageToken(),
                    member -> person(member.getUserId(), member.getName(), member.getUsername()));
        });
    }

    public Picker user() {
        return new Picker("user", "username", (size, username, id) -> {
            if (id != null) {
                return unknown();
            }
            UserList list =
                    api.read(users.listUsers(size, null, null, username, null, null, null, null, null), UserList.class);
            return slice(
                    list.getItems(),
                    list.getNextPageToken(),
                    user -> person(user.getId(), user.getName(), user.getUsername()));
        });
    }

    private static Picker.Item person(UUID id, String name, String username) {
        return new Picker.Item(id, username, name + ", " + username);
    }

    private static @Nullable Set<String> only(@Nullable UUID id) {
        return id == null ? null : Set.of(id.toString());
    }

    /** For lists of the API that have no filter by id. */
    private static ListPage.Slice<Picker.Item> unknown() {
        return new ListPage.Slice<>(List.of(), null);
    }

    private static <T> ListPage.Slice<Picker.Item> slice(
            List<T> items, @Nullable String next, Function<T, Picker.Item> item) {
        return new ListPage.Slice<>(items.stream().map(item).toList(), next);
    }
}
