package io.agyn.console.secretproviders;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.api.SecretChecksApi;
import io.agyn.api.SecretProvidersApi;
import io.agyn.api.model.Organization;
import io.agyn.api.model.Secret;
import io.agyn.api.model.SecretProvider;
import io.agyn.api.model.SecretProviderCheck;
import io.agyn.api.model.SecretProviderCreate;
import io.agyn.api.model.SecretProviderCredentialsRevealed;
import io.agyn.api.model.SecretProviderUpdate;
import io.agyn.console.Api;
import io.agyn.console.Api.Versioned;
import io.agyn.console.audit.AuditedResource;
import io.agyn.console.audit.Entry;
import io.agyn.console.flows.DeleteFlow;
import io.agyn.console.flows.EditFlow;
import io.agyn.console.forms.Confirmation;
import io.agyn.console.forms.Form;
import io.agyn.console.forms.Option;
import io.agyn.console.lists.ListPage;
import io.agyn.console.lists.ListSources;
import io.agyn.console.rendering.Page;
import io.agyn.console.rendering.PageResponses;
import io.agyn.console.signin.FreshSignIn;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

@Path("/console/organizations/{organization}/secret-providers")
@SessionAuthenticated
@RunOnVirtualThread
public class SecretProvidersPages implements AuditedResource {
    private static final int MAX_NAMES = 20;
    private static final int MAX_SECRETS = 100;

    @CheckedTemplate(basePath = "console/secret-providers")
    static class Templates {
        static native TemplateInstance list(ListPage<SecretProvider> providers, Map<UUID, SecretProviderState> states);

        static native TemplateInstance create(Form form, List<Option> authMethods);

        static native TemplateInstance provider(
                SecretProvider provider,
                SecretProviderState state,
                ListPage<Secret> secrets,
                @Nullable SecretProviderCheck check);

        static native TemplateInstance provider$checked(SecretProvider provider, SecretProviderCheck check);

        static native TemplateInstance edit(SecretProvider provider, Form form, List<Option> authMethods);

        static native TemplateInstance credential(SecretProvider provider, Form form);
    }

    private final Api api;
    private final SecretProvidersApi providers;
    private final SecretChecksApi checks;
    private final ListSources lists;
    private final EditFlow edits;
    private final DeleteFlow deletes;
    private final Page page;
    private final FreshSignIn fresh;
    private final PageResponses pages;

    SecretProvidersPages(
            Api api,
            ListSources lists,
            EditFlow edits,
            DeleteFlow deletes,
            Page page,
            FreshSignIn fresh,
            PageResponses pages) {
        this.api = requireNonNull(api, "api is null");
        this.providers = api.of(SecretProvidersApi.class);
        this.checks = api.of(SecretChecksApi.class);
        this.lists = requireNonNull(lists, "lists is null");
        this.edits = requireNonNull(edits, "edits is null");
        this.deletes = requireNonNull(deletes, "deletes is null");
        this.page = requireNonNull(page, "page is null");
        this.fresh = requireNonNull(fresh, "fresh is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @GET
    public Response list(@PathParam("organization") String organization) {
        UUID organizationId = enter(organization);
        ListPage<SecretProvider> found = ListPage.of(lists.secretProviders(organizationId), page.query());
        Map<UUID, SecretProviderState> states = found.items().stream()
                .map(SecretProvider::getId)
                .collect(Collectors.toMap(id -> id, id -> state(organizationId, id)));
        return pages.ok(Templates.list(found, states));
    }

    @GET
    @Path("/new")
    public Response showCreate(@PathParam("organization") String organization) {
        enter(organization);
        page.require("createSecretProvider");
        return pages.ok(creation(SecretProviderForm.empty()));
    }

    @POST
    @Path("/new")
    public Response create(@PathParam("organization") String organization, Form form) {
        UUID organizationId = enter(organization);
        page.require("createSecretProvider");
        SecretProviderForm submitted = SecretProviderForm.toCreate(form);
        SecretProviderCreate body = submitted.create();
        return edits.create(
                submitted.form(),
                body,
                () -> {
                    SecretProvider created =
                            api.read(providers.createSecretProvider(organizationId, body, null), SecretProvider.class);
                    return pages.done(
                            page.sectionPath() + "/" + created.getId(),
                            "Secret provider " + created.getName() + " was created.");
                },
                SecretProvidersPages::creation);
    }

    @GET
    @Path("/{secretProvider}")
    public Response show(@PathParam("organization") String organization, @PathParam("secretProvider") UUID id) {
        UUID organizationId = enter(organization);
        return pages.ok(details(read(organizationId, id).resource(), null));
    }

    @POST
    @Path("/{secretProvider}/check")
    public Response check(
            @PathParam("organization") String organization, @PathParam("secretProvider") UUID id, Form form) {
        UUID organizationId = enter(organization);
        SecretProviderCheck result =
                api.read(checks.checkSecretProvider(organizationId, id), SecretProviderCheck.class);
        SecretProvider provider = read(organizationId, id).resource();
        return pages.ok(page.partial() ? Templates.provider$checked(provider, result) : details(provider, result));
    }

    @GET
    @Path("/{secretProvider}/edit")
    public Response showEdit(@PathParam("organization") String organization, @PathParam("secretProvider") UUID id) {
        UUID organizationId = enter(organization);
        page.require("updateSecretProvider", id);
        return edits.show(edit(organizationId, id));
    }

    @POST
    @Path("/{secretProvider}/edit")
    public Response save(
            @PathParam("organization") String organization, @PathParam("secretProvider") UUID id, Form form) {
        UUID organizationId = enter(organization);
        page.require("updateSecretProvider", id);
        SecretProviderForm submitted =
                SecretProviderForm.toUpdate(form, read(organizationId, id).resource());
        SecretProviderUpdate body = submitted.update();
        return edits.save(edit(organizationId, id), submitted.form(), body, () -> {
            providers.updateSecretProvider(organizationId, id, body, form.optional("etag"));
            return pages.done(page.sectionPath() + "/" + id, "Secret provider " + body.getName() + " was saved.");
        });
    }

    @GET
    @Path("/{secretProvider}/credential")
    public Response showCredential(
            @PathParam("organization") String organization, @PathParam("secretProvider") UUID id) {
        UUID organizationId = enter(organization);
        page.require("updateSecretProvider", id);
        return edits.show(credential(organizationId, id));
    }

    @POST
    @Path("/{secretProvider}/credential")
    public Response saveCredential(
            @PathParam("organization") String organization, @PathParam("secretProvider") UUID id, Form form) {
        UUID organizationId = enter(organization);
        page.require("updateSecretProvider", id);
        SecretProvider stored = read(organizationId, id).resource();
        String field = SecretProviderForm.credentialField(stored);
        Form submitted = SecretProviderForm.ofCredential(form, field);
        SecretProviderUpdate body = SecretProviderForm.replacingCredential(form, stored);
        return edits.save(credential(organizationId, id), submitted, body, () -> {
            providers.updateSecretProvider(organizationId, id, body, form.optional("etag"));
            return pages.done(
                    page.sectionPath() + "/" + id,
                    "The %s of secret provider %s was replaced.".formatted(form.word(field), stored.getName()));
        });
    }

    @POST
    @Path("/{secretProvider}/reveal")
    public Response reveal(
            @PathParam("organization") String organization, @PathParam("secretProvider") UUID id, Form form) {
        UUID organizationId = enter(organization);
        page.require("revealSecretProviderCredentials", id);
        Optional<Response> question = fresh.ask(page.sectionPath() + "/" + id);
        if (question.isPresent()) {
            return question.get();
        }
        SecretProviderCredentialsRevealed credentials = api.read(
                providers.revealSecretProviderCredentials(organizationId, id), SecretProviderCredentialsRevealed.class);
        String value = credentials.getToken() == null ? credentials.getSecretId() : credentials.getToken();
        String name = read(organizationId, id).resource().getName();
        return pages.revealed(name, value, page.sectionPath() + "/" + id);
    }

    @GET
    @Path("/{secretProvider}/delete")
    public Response askDelete(@PathParam("organization") String organization, @PathParam("secretProvider") UUID id) {
        return deletes.ask(deletion(enter(organization), id));
    }

    @POST
    @Path("/{secretProvider}/delete")
    public Response delete(
            @PathParam("organization") String organization, @PathParam("secretProvider") UUID id, Form form) {
        UUID organizationId = enter(organization);
        return deletes.delete(deletion(organizationId, id), form, provider -> {
            providers.deleteSecretProvider(organizationId, id, form.optional("etag"));
            return pages.done(page.sectionPath(), "Secret provider " + provider.getName() + " was deleted.");
        });
    }

    private UUID enter(String organization) {
        return page.in(organization, "secret-providers").getId();
    }

    private static TemplateInstance creation(Form form) {
        return Templates.create(form, SecretProviderForm.AUTH_METHODS);
    }

    private TemplateInstance details(SecretProvider provider, @Nullable SecretProviderCheck check) {
        // The page has no search field.
        ListPage<Secret> secrets = ListPage.of(
                lists.secretsIn(provider.getOrganizationId(), provider.getId()),
                page.query().without("q"));
        return Templates.provider(provider, state(provider.getOrganizationId(), provider.getId()), secrets, check);
    }

    private SecretProviderState state(UUID organizationId, UUID id) {
        return SecretProviderState.of(lists.secretsIn(organizationId, id).first(MAX_SECRETS));
    }

    private Versioned<SecretProvider> read(UUID organizationId, UUID id) {
        return api.versioned(providers.getSecretProvider(organizationId, id), SecretProvider.class);
    }

    private EditFlow.Target<SecretProvider> edit(UUID organizationId, UUID id) {
        return new EditFlow.Target<>(
                id,
                () -> read(organizationId, id),
                SecretProviderForm::of,
                (provider, form) -> Templates.edit(provider, form, SecretProviderForm.AUTH_METHODS));
    }

    private EditFlow.Target<SecretProvider> credential(UUID organizationId, UUID id) {
        return new EditFlow.Target<>(
                id, () -> read(organizationId, id), provider -> Form.empty(), Templates::credential);
    }

    private DeleteFlow.Target<SecretProvider> deletion(UUID organizationId, UUID id) {
        return new DeleteFlow.Target<>("deleteSecretProvider", id, () -> read(organizationId, id), this::confirmation);
    }

    private Confirmation confirmation(SecretProvider provider) {
        List<String> names = lists.secretsIn(provider.getOrganizationId(), provider.getId())
                .first(MAX_NAMES)
                .names(Secret::getName, "and %d more".formatted(provider.getSecretCount() - MAX_NAMES));
        return new Confirmation(
                "Delete secret provider " + provider.getName() + "?",
                names.isEmpty()
                        ? "No secret uses it. Its credential cannot be recovered."
                        : "It is in use. Delete these secrets or change their storage first:",
                names,
                null,
                names.isEmpty() ? "Delete secret provider" : null,
                page.sectionPath() + "/" + provider.getId());
    }

    @Override
    public String noun() {
        return "secret provider";
    }

    @Override
    public Entry.Resource resource(@Nullable Organization organization, UUID id) {
        Organization owner = requireNonNull(organization, "organization is null");
        return new Entry.Resource(
                read(owner.getId(), id).resource().getName(), Page.path(owner) + "/secret-providers/" + id);
    }
}
