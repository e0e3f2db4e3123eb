package io.agyn.console.models;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.api.LlmProvidersApi;
import io.agyn.api.ModelsApi;
import io.agyn.api.model.LlmProvider;
import io.agyn.api.model.Model;
import io.agyn.api.model.ModelCreate;
import io.agyn.api.model.ModelFallback;
import io.agyn.api.model.ModelFallbackInput;
import io.agyn.api.model.ModelStatus;
import io.agyn.api.model.ModelUpdate;
import io.agyn.api.model.Organization;
import io.agyn.console.Api;
import io.agyn.console.Api.Versioned;
import io.agyn.console.audit.AuditedResource;
import io.agyn.console.audit.Entry;
import io.agyn.console.flows.DeleteFlow;
import io.agyn.console.flows.EditFlow;
import io.agyn.console.forms.Confirmation;
import io.agyn.console.forms.Filters;
import io.agyn.console.forms.Form;
import io.agyn.console.forms.Picker;
import io.agyn.console.forms.PickerFactory;
import io.agyn.console.lists.ListPage;
import io.agyn.console.lists.ListSources;
import io.agyn.console.rendering.Page;
import io.agyn.console.rendering.PageResponses;
import io.agyn.console.routing.Query;
import io.agyn.console.secrets.CredentialSource;
import io.agyn.console.secrets.CredentialSources;
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
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

@Path("/console/organizations/{organization}/models")
@SessionAuthenticated
@RunOnVirtualThread
public class ModelsPages implements AuditedResource {
    private static final String PROVIDER = "provider";
    private static final String STATUS = "status";
    private static final String KEEP_ALIVE = "keep_alive_seconds";
    private static final String CODEX_ENTRY = "codex_catalog_entry";
    private static final int MAX_ORPHANED = 10;
    private static final Map<String, Form.Field> FIELDS = Map.of(
            "provider_id",
            new Form.Field(PROVIDER, "LLM provider"),
            KEEP_ALIVE,
            new Form.Field(KEEP_ALIVE, "Keep-alive"),
            CODEX_ENTRY,
            new Form.Field(CODEX_ENTRY, "Codex catalogue entry"));

    /** A fallback on the page of its model. */
    record FallbackRow(ModelFallback target, LlmProvider provider) {}

    @CheckedTemplate(basePath = "console/models")
    static class Templates {
        static native TemplateInstance list(
                ListPage<Model> models,
                Form filters,
                Map<UUID, LlmProvider> providers,
                ListPage.Slice<Model> orphaned,
                boolean hasProvider);

        static native TemplateInstance create(Form form, Picker.Options providers);

        static native TemplateInstance model(
                Model model,
                @Nullable LlmProvider provider,
                @Nullable CredentialSource source,
                List<Snippet> snippets,
                List<FallbackRow> fallbacks,
                Form form);

        static native TemplateInstance edit(Model model, Form form, Picker.Options providers);
    }

    private final Api api;
    private final ModelsApi models;
    private final LlmProvidersApi providers;
    private final CredentialSources sources;
    private final ListSources lists;
    private final PickerFactory pickers;
    private final Gateway gateway;
    private final EditFlow edits;
    private final DeleteFlow deletes;
    private final Page page;
    private final PageResponses pages;

    ModelsPages(
            Api api,
            CredentialSources sources,
            ListSources lists,
            PickerFactory pickers,
            Gateway gateway,
            EditFlow edits,
            DeleteFlow deletes,
            Page page,
            PageResponses pages) {
        this.api = requireNonNull(api, "api is null");
        this.models = api.of(ModelsApi.class);
        this.providers = api.of(LlmProvidersApi.class);
        this.sources = requireNonNull(sources, "sources is null");
        this.lists = requireNonNull(lists, "lists is null");
        this.pickers = requireNonNull(pickers, "pickers is null");
        this.gateway = requireNonNull(gateway, "gateway is null");
        this.edits = requireNonNull(edits, "edits is null");
        this.deletes = requireNonNull(deletes, "deletes is null");
        this.page = requireNonNull(page, "page is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @GET
    public Response list(@PathParam("organization") String organization) {
        UUID organizationId = enter(organization);
        Query query = page.query(STATUS);
        Filters filters = new Filters(query);
        ModelStatus status = filters.choice(STATUS, ModelStatus::fromValue, "ready and orphaned");
        ListPage<Model> found = ListPage.of(lists.models(organizationId, null, status), query);
        Map<UUID, LlmProvider> itsProviders = lists.llmProviders(
                organizationId,
                found.items().stream()
                        .map(Model::getProviderId)
                        .filter(Objects::nonNull)
                        .collect(Collectors.toSet()));
        ListPage.Slice<Model> orphaned =
                lists.models(organizationId, null, ModelStatus.ORPHANED).first(MAX_ORPHANED);
        boolean hasProvider = !found.empty()
                || !lists.llmProviders(organizationId).first(1).items().isEmpty();
        return pages.list(Templates.list(found, filters.form(), itsProviders, orphaned, hasProvider), filters);
    }

    @GET
    @Path("/new")
    public Response showCreate(
            @PathParam("organization") String organization, @QueryParam("provider") @DefaultValue("") String provider) {
        UUID organizationId = enter(organization);
        page.require("createModel");
        return pages.ok(creation(organizationId, Form.of(PROVIDER, provider)));
    }

    @POST
    @Path("/new")
    public Response create(@PathParam("organization") String organization, Form form) {
        UUID organizationId = enter(organization);
        page.require("createModel");
        Form resolved = resolve(organizationId, form);
        ModelCreate body = new ModelCreate()
                .name(form.text("name"))
                .alias(form.optional("alias"))
                .providerId(resolved.id(PROVIDER))
                .remoteModelName(form.text("remote_model_name"))
                .codexCatalogEntry(form.optional(CODEX_ENTRY))
                .keepAliveSeconds(form.parse(KEEP_ALIVE, Integer::valueOf));
        return edits.create(
                resolved,
                body,
                () -> {
                    Model created = api.read(models.createModel(organizationId, body, null), Model.class);
                    return pages.done(
                            page.sectionPath() + "/" + created.getId(), "Model " + created.getName() + " was created.");
                },
                rejected -> creation(organizationId, rejected));
    }

    @GET
    @Path("/{model}")
    public Response show(@PathParam("organization") String organization, @PathParam("model") UUID id) {
        UUID organizationId = enter(organization);
        Model model = api.read(models.getModel(organizationId, id), Model.class);
        LlmProvider provider = model.getProviderId() == null
                ? null
                : api.read(providers.getLlmProvider(organizationId, model.getProviderId()), LlmProvider.class);
        List<Snippet> snippets =
                provider == null ? List.of() : Snippet.of(gateway.address(), model, provider.getProtocol());
        @Nullable CredentialSource source = provider == null ? null : sources.of(provider);
        return pages.ok(Templates.model(
                model,
                provider,
                source,
                snippets,
                fallbacks(organizationId, model),
                Form.of("prompt", ModelTestPages.PROMPT)));
    }

    private List<FallbackRow> fallbacks(UUID organizationId, Model model) {
        Map<UUID, LlmProvider> theirs = lists.llmProviders(
                organizationId,
                model.getFallbacks().stream().map(ModelFallback::getProviderId).collect(Collectors.toSet()));
        return model.getFallbacks().stream()
                .filter(target -> theirs.containsKey(target.getProviderId()))
                .map(target -> new FallbackRow(target, requireNonNull(theirs.get(target.getProviderId()), "provider")))
                .toList();
    }

    @GET
    @Path("/{model}/edit")
    public Response showEdit(@PathParam("organization") String organization, @PathParam("model") UUID id) {
        UUID organizationId = enter(organization);
        page.require("updateModel", id);
        return edits.show(edit(organizationId, id));
    }

    @POST
    @Path("/{model}/edit")
    public Response save(@PathParam("organization") String organization, @PathParam("model") UUID id, Form form) {
        UUID organizationId = enter(organization);
        page.require("updateModel", id);
        Form resolved = resolve(organizationId, form);
        // The form has no fields for the fallbacks, which stay.
        Model current = api.read(models.getModel(organizationId, id), Model.class);
        ModelUpdate body = new ModelUpdate()
                .fallbacks(
                        current.getFallbacks().stream().map(ModelsPages::input).toList())
                .routing(current.getRouting())
                .weight(current.getWeight())
                .retryOnTimeout(current.getRetryOnTimeout())
                .name(form.text("name"))
                .alias(form.optional("alias"))
                .providerId(resolved.id(PROVIDER))
                .remoteModelName(form.text("remote_model_name"))
                .codexCatalogEntry(form.optional(CODEX_ENTRY))
                .keepAliveSeconds(form.parse(KEEP_ALIVE, Integer::valueOf));
        return edits.save(edit(organizationId, id), resolved, body, () -> {
            models.updateModel(organizationId, id, body, form.optional("etag"));
            return pages.done(page.sectionPath() + "/" + id, "Model " + body.getName() + " was saved.");
        });
    }

    @GET
    @Path("/{model}/delete")
    public Response askDelete(@PathParam("organization") String organization, @PathParam("model") UUID id) {
        return deletes.ask(deletion(enter(organization), id));
    }

    @POST
    @Path("/{model}/delete")
    public Response delete(@PathParam("organization") String organization, @PathParam("model") UUID id, Form form) {
        UUID organizationId = enter(organization);
        return deletes.delete(deletion(organizationId, id), form, model -> {
            models.deleteModel(organizationId, id, form.optional("etag"));
            return pages.done(page.sectionPath(), "Model " + model.getName() + " was deleted.");
        });
    }

    private static ModelFallbackInput input(ModelFallback fallback) {
        return new ModelFallbackInput()
                .providerId(fallback.getProviderId())
                .remoteModelName(fallback.getRemoteModelName())
                .weight(fallback.getWeight());
    }

    private UUID enter(String organization) {
        return page.in(organization, "models").getId();
    }

    private TemplateInstance creation(UUID organizationId, Form form) {
        return Templates.create(form, providerOptions(organizationId, form));
    }

    private Picker.Options providerOptions(UUID organizationId, Form form) {
        return pickers.llmProvider(organizationId).options(form.text(PROVIDER));
    }

    private Form resolve(UUID organizationId, Form form) {
        Form named = form.withFields(FIELDS).check(KEEP_ALIVE, Integer::valueOf, "Must be an integer from 0 to 3600.");
        return named.text(PROVIDER).isBlank()
                ? named.withError(PROVIDER, "Choose an LLM provider.")
                : named.resolve(PROVIDER, pickers.llmProvider(organizationId));
    }

    private Versioned<Model> read(UUID organizationId, UUID id) {
        return api.versioned(models.getModel(organizationId, id), Model.class);
    }

    private EditFlow.Target<Model> edit(UUID organizationId, UUID id) {
        return new EditFlow.Target<>(
                id,
                () -> read(organizationId, id),
                model -> Form.of("name", model.getName())
                        .set("alias", Objects.toString(model.getAlias(), ""))
                        .set(PROVIDER, Objects.toString(model.getProviderId(), ""))
                        .set("remote_model_name", model.getRemoteModelName())
                        .set(KEEP_ALIVE, Objects.toString(model.getKeepAliveSeconds(), ""))
                        .set(CODEX_ENTRY, Objects.toString(model.getCodexCatalogEntry(), "")),
                (model, form) -> Templates.edit(model, form, providerOptions(organizationId, form)));
    }

    private DeleteFlow.Target<Model> deletion(UUID organizationId, UUID id) {
        return new DeleteFlow.Target<>(
                "deleteModel",
                id,
                () -> read(organizationId, id),
                model -> new Confirmation(
                        "Delete model " + model.getName() + "?",
                        "Calls to it will fail.",
                        "Delete model",
                        page.sectionPath() + "/" + id));
    }

    @Override
    public String noun() {
        return "model";
    }

    @Override
    public Entry.Resource resource(@Nullable Organization organization, UUID id) {
        Organization owner = requireNonNull(organization, "organization is null");
        return new Entry.Resource(
                api.read(models.getModel(owner.getId(), id), Model.class).getName(),
                Page.path(owner) + "/models/" + id);
    }
}
