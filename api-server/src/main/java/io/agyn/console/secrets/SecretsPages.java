package io.agyn.console.secrets;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.api.SecretChecksApi;
import io.agyn.api.SecretsApi;
import io.agyn.api.model.LlmProvider;
import io.agyn.api.model.Organization;
import io.agyn.api.model.Secret;
import io.agyn.api.model.SecretCheck;
import io.agyn.api.model.SecretCreate;
import io.agyn.api.model.SecretProvider;
import io.agyn.api.model.SecretRevealed;
import io.agyn.api.model.SecretStorage;
import io.agyn.api.model.SecretUpdate;
import io.agyn.console.Api;
import io.agyn.console.Api.Versioned;
import io.agyn.console.audit.AuditedResource;
import io.agyn.console.audit.Entry;
import io.agyn.console.flows.DeleteFlow;
import io.agyn.console.flows.EditFlow;
import io.agyn.console.forms.Confirmation;
import io.agyn.console.forms.Form;
import io.agyn.console.forms.Option;
import io.agyn.console.forms.Picker;
import io.agyn.console.forms.PickerFactory;
import io.agyn.console.lists.ListPage;
import io.agyn.console.lists.ListSources;
import io.agyn.console.rendering.Page;
import io.agyn.console.rendering.PageResponses;
import io.agyn.console.signin.FreshSignIn;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

@Path("/console/organizations/{organization}/secrets")
@SessionAuthenticated
@RunOnVirtualThread
public class SecretsPages implements AuditedResource {
    private static final int MAX_USERS_IN_LIST = 3;
    private static final int MAX_USERS = 100;

    @CheckedTemplate(basePath = "console/secrets")
    static class Templates {
        static native TemplateInstance list(
                ListPage<Secret> secrets,
                Map<UUID, SecretProvider> providers,
                Map<UUID, ListPage.Slice<LlmProvider>> users);

        static native TemplateInstance create(Form form, Fields fields);

        static native TemplateInstance secret(
                Secret secret,
                @Nullable SecretProvider provider,
                ListPage.Slice<LlmProvider> users,
                Form form,
                Fields fields,
                @Nullable SecretCheck check);

        static native TemplateInstance secret$checked(@Nullable SecretProvider provider, SecretCheck check);
    }

    /** The options of the form's fields. */
    public record Fields(List<Option> storages, Picker.Options providers) {}

    private final Api api;
    private final SecretsApi secrets;
    private final SecretChecksApi checks;
    private final CredentialSources sources;
    private final ListSources lists;
    private final PickerFactory pickers;
    private final EditFlow edits;
    private final DeleteFlow deletes;
    private final Page page;
    private final FreshSignIn fresh;
    private final PageResponses pages;

    SecretsPages(
            Api api,
            CredentialSources sources,
            ListSources lists,
            PickerFactory pickers,
            EditFlow edits,
            DeleteFlow deletes,
            Page page,
            FreshSignIn fresh,
            PageResponses pages) {
        this.api = requireNonNull(api, "api is null");
        this.secrets = api.of(SecretsApi.class);
        this.checks = api.of(SecretChecksApi.class);
        this.sources = requireNonNull(sources, "sources is null");
        this.lists = requireNonNull(lists, "lists is null");
        this.pickers = requireNonNull(pickers, "pickers is null");
        this.edits = requireNonNull(edits, "edits is null");
        this.deletes = requireNonNull(deletes, "deletes is null");
        this.page = requireNonNull(page, "page is null");
        this.fresh = requireNonNull(fresh, "fresh is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @GET
    public Response list(@PathParam("organization") String organization) {
        UUID organizationId = enter(organization);
        ListPage<Secret> found = ListPage.of(lists.secrets(organizationId), page.query());
        Map<UUID, ListPage.Slice<LlmProvider>> users = found.items().stream()
                .map(Secret::getId)
                .collect(Collectors.toMap(Function.identity(), id -> lists.llmProvidersWith(organizationId, id)
                        .first(MAX_USERS_IN_LIST)));
        Map<UUID, SecretProvider> providers = lists.secretProviders(
                organizationId,
                found.items().stream()
                        .map(Secret::getProviderId)
                        .filter(Objects::nonNull)
                        .collect(Collectors.toSet()));
        return pages.ok(Templates.list(found, providers, users));
    }

    @GET
    @Path("/new")
    public Response showCreate(
            @PathParam("organization") String organization, @QueryParam("provider") @DefaultValue("") String provider) {
        UUID organizationId = enter(organization);
        page.require("createSecret");
        return pages.ok(creation(organizationId, SecretForm.empty(provider)));
    }

    @POST
    @Path("/new")
    public Response create(@PathParam("organization") String organization, Form form) {
        UUID organizationId = enter(organization);
        page.require("createSecret");
        SecretForm submitted = SecretForm.read(form, pickers.secretProvider(organizationId));
        SecretCreate body = submitted.create();
        return edits.create(
                submitted.form(),
                body,
                () -> {
                    Secret created = api.read(secrets.createSecret(organizationId, body, null), Secret.class);
                    // The page of a remote secret checks it.
                    boolean isRemote = created.getStorage() == SecretStorage.REMOTE;
                    return pages.done(
                            isRemote ? page.sectionPath() + "/" + created.getId() : page.sectionPath(),
                            "Secret " + created.getName() + " was created.");
                },
                rejected -> creation(organizationId, rejected));
    }

    @GET
    @Path("/{secret}")
    public Response show(@PathParam("organization") String organization, @PathParam("secret") UUID id) {
        return edits.show(edit(enter(organization), id, null));
    }

    @POST
    @Path("/{secret}")
    public Response save(@PathParam("organization") String organization, @PathParam("secret") UUID id, Form form) {
        UUID organizationId = enter(organization);
        page.require("updateSecret", id);
        SecretForm submitted = SecretForm.read(form, pickers.secretProvider(organizationId));
        SecretUpdate body = submitted.update();
        return edits.save(edit(organizationId, id, null), submitted.form(), body, () -> {
            secrets.updateSecret(organizationId, id, body, form.optional("etag"));
            return pages.done(page.sectionPath() + "/" + id, "Secret " + body.getName() + " was saved.");
        });
    }

    @POST
    @Path("/{secret}/check")
    public Response check(@PathParam("organization") String organization, @PathParam("secret") UUID id, Form form) {
        UUID organizationId = enter(organization);
        SecretCheck result = api.read(checks.checkSecret(organizationId, id), SecretCheck.class);
        return page.partial()
                ? pages.ok(Templates.secret$checked(
                        sources.secretProvider(read(organizationId, id).resource()), result))
                : edits.show(edit(organizationId, id, result));
    }

    @POST
    @Path("/{secret}/reveal")
    public Response reveal(@PathParam("organization") String organization, @PathParam("secret") UUID id, Form form) {
        UUID organizationId = enter(organization);
        page.require("revealSecret", id);
        Optional<Response> question = fresh.ask(page.sectionPath() + "/" + id);
        if (question.isPresent()) {
            return question.get();
        }
        String value = api.read(secrets.revealSecret(organizationId, id), SecretRevealed.class)
                .getValue();
        Secret secret = api.read(secrets.getSecret(organizationId, id), Secret.class);
        return pages.revealed(secret.getName(), value, page.sectionPath() + "/" + id);
    }

    @GET
    @Path("/{secret}/delete")
    public Response askDelete(@PathParam("organization") String organization, @PathParam("secret") UUID id) {
        return deletes.ask(deletion(enter(organization), id));
    }

    @POST
    @Path("/{secret}/delete")
    public Response delete(@PathParam("organization") String organization, @PathParam("secret") UUID id, Form form) {
        UUID organizationId = enter(organization);
        return deletes.delete(deletion(organizationId, id), form, secret -> {
            secrets.deleteSecret(organizationId, id, form.optional("etag"));
            return pages.done(page.sectionPath(), "Secret " + secret.getName() + " was deleted.");
        });
    }

    private UUID enter(String organization) {
        return page.in(organization, "secrets").getId();
    }

    private Versioned<Secret> read(UUID organizationId, UUID id) {
        return api.versioned(secrets.getSecret(organizationId, id), Secret.class);
    }

    private TemplateInstance creation(UUID organizationId, Form form) {
        return Templates.create(form, fields(organizationId, form));
    }

    private Fields fields(UUID organizationId, Form form) {
        return new Fields(
                SecretForm.STORAGES, pickers.secretProvider(organizationId).options(form.text(SecretForm.PROVIDER)));
    }

    /**
     * The page of a secret.
     *
     * @param check the result to display, or null
     */
    private EditFlow.Target<Secret> edit(UUID organizationId, UUID id, @Nullable SecretCheck check) {
        return new EditFlow.Target<>(
                id,
                () -> read(organizationId, id),
                SecretForm::of,
                (secret, form) -> Templates.secret(
                        secret,
                        sources.secretProvider(secret),
                        usersOf(organizationId, id),
                        SecretForm.labelled(form, secret),
                        fields(organizationId, form),
                        check));
    }

    private DeleteFlow.Target<Secret> deletion(UUID organizationId, UUID id) {
        return new DeleteFlow.Target<>(
                "deleteSecret", id, () -> read(organizationId, id), secret -> confirmation(organizationId, secret));
    }

    private Confirmation confirmation(UUID organizationId, Secret secret) {
        List<String> names = usersOf(organizationId, secret.getId())
                .names(provider -> "LLM provider " + provider.getName(), "and more");
        return new Confirmation(
                "Delete secret " + secret.getName() + "?",
                names.isEmpty()
                        ? "Nothing uses it. Its value cannot be recovered."
                        : "It is in use. Choose other credentials for these first:",
                names,
                null,
                names.isEmpty() ? "Delete secret" : null,
                page.sectionPath() + "/" + secret.getId());
    }

    private ListPage.Slice<LlmProvider> usersOf(UUID organizationId, UUID secretId) {
        return lists.llmProvidersWith(organizationId, secretId).first(MAX_USERS);
    }

    @Override
    public String noun() {
        return "secret";
    }

    @Override
    public Entry.Resource resource(@Nullable Organization organization, UUID id) {
        Organization owner = requireNonNull(organization, "organization is null");
        return new Entry.Resource(
                api.read(secrets.getSecret(owner.getId(), id), Secret.class).getName(),
                Page.path(owner) + "/secrets/" + id);
    }
}
