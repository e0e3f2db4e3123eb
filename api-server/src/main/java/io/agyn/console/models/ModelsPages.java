package io.agyn.console.models;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.api.LlmProvidersApi;
import io.agyn.api.ModelsApi;
import io.agyn.api.model.LlmProvider;
import io.agyn.api.model.Model;
import io.agyn.api.model.ModelCreate;
import io.agyn.api.model.ModelStatus;
import io.agyn.api.model.ModelUpdate;
import io.agyn.console.Api;
import io.agyn.console.Confirmation;
import io.agyn.console.Conflicts;
import io.agyn.console.Filters;
import io.agyn.console.Form;
import io.agyn.console.ListPage;
import io.agyn.console.ListSources;
import io.agyn.console.Page;
import io.agyn.console.PageResponses;
import io.agyn.console.Picker;
import io.agyn.console.PickerFactory;
import io.agyn.console.Query;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;

/** An organization's models. */
@Path("/console/organizations/{organization}/models")
@SessionAuthenticated
@RunOnVirtualThread
public class ModelsPages {
    private static final String PROVIDER = "provider";
    private static final String STATUS = "status";
    private static final int MOST_ORPHANED = 10;
    private static final Map<String, Form.Field> FIELDS =
            Map.of("provider_id", new Form.Field(PROVIDER, "LLM provider"));

    @CheckedTemplate(basePath = "console/models")
    static class Templates {
        static native TemplateInstance list(
                ListPage<Model> models,
                Form filters,
                Map<UUID, LlmProvider> providers,
                ListPage.Slice<Model> orphaned,
                boolean hasProvider);

        static native TemplateInstance create(Form form, Picker.Offer providers);

        static native TemplateInstance model(Model model, LlmProvider provider, List<Snippet> snippets, Form form);

        static native TemplateInstance edit(Model model, Form form, Picker.Offer providers);
    }

    private final Api api;
    private final ModelsApi models;
    private final LlmProvidersApi providers;
    private final ListSources lists;
    private final PickerFactory choices;
    private final Gateway gateway;
    private final Conflicts conflicts;
    private final Page page;
    private final PageResponses pages;

    ModelsPages(
            Api api,
            ListSources lists,
            PickerFactory choices,
            Gateway gateway,
            Conflicts conflicts,
            Page page,
            PageResponses pages) {
        this.api = requireNonNull(api, "api is null");
        this.models = api.of(ModelsApi.class);
        this.providers = api.of(LlmProvidersApi.class);
        this.lists = requireNonNull(lists, "lists is null");
        this.choices = requireNonNull(choices, "choices is null");
        this.gateway = requireNonNull(gateway, "gateway is null");
        this.conflicts = requireNonNull(conflicts, "conflicts is null");
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
                lists.models(organizationId, null, ModelStatus.ORPHANED).first(MOST_ORPHANED);
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
        Form typed = typed(organizationId, form);
        try {
            ModelCreate body = new ModelCreate()
                    .name(form.text("name"))
                    .providerId(typed.id(PROVIDER))
                    .remoteModelName(form.text("remote_model_name"));
            api.check(typed, body);
            Model made = api.read(models.createModel(organizationId, body, null), Model.class);
            return pages.done(root() + "/" + made.getId(), "Model " + made.getName() + " was created.");
        } catch (ProblemException e) {
            return pages.refused(e.kind().status(), creation(organizationId, typed.refused(e)));
        }
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
        return pages.ok(Templates.model(model, provider, snippets, Form.of("prompt", ModelTestPages.PROMPT)));
    }

    @GET
    @Path("/{model}/edit")
    public Response showEdit(@PathParam("organization") String organization, @PathParam("model") UUID id) {
        UUID organizationId = enter(organization);
        page.require("updateModel", id);
        Response answer = models.getModel(organizationId, id);
        Model model = api.read(answer, Model.class);
        Form form = form(model).shown(answer.getHeaderString(HttpHeaders.ETAG));
        return pages.ok(editing(organizationId, model, form));
    }

    @POST
    @Path("/{model}/edit")
    public Response save(@PathParam("organization") String organization, @PathParam("model") UUID id, Form form) {
        UUID organizationId = enter(organization);
        page.require("updateModel", id);
        Form typed = typed(organizationId, form);
        try {
            ModelUpdate body = new ModelUpdate()
                    .name(form.text("name"))
                    .providerId(typed.id(PROVIDER))
                    .remoteModelName(form.text("remote_model_name"));
            api.check(typed, body);
            models.updateModel(organizationId, id, body, form.optional("etag"));
            return pages.done(root() + "/" + id, "Model " + form.text("name") + " was saved.");
        } catch (ProblemException e) {
            Response answer = models.getModel(organizationId, id);
            Model model = api.read(answer, Model.class);
            Form again = e.kind() == ProblemKind.PRECONDITION_FAILED
                    ? conflicts.in(typed, id, answer.getHeaderString(HttpHeaders.ETAG), form(model))
                    : typed.refused(e);
            return pages.refused(e.kind().status(), editing(organizationId, model, again));
        }
    }

    @GET
    @Path("/{model}/delete")
    public Response askDelete(@PathParam("organization") String organization, @PathParam("model") UUID id) {
        UUID organizationId = enter(organization);
        page.require("deleteModel", id);
        Response answer = models.getModel(organizationId, id);
        Form form = Form.of("etag", answer.getHeaderString(HttpHeaders.ETAG));
        return pages.confirm(200, deletion(api.read(answer, Model.class), form));
    }

    @POST
    @Path("/{model}/delete")
    public Response delete(@PathParam("organization") String organization, @PathParam("model") UUID id, Form form) {
        UUID organizationId = enter(organization);
        Response answer = models.getModel(organizationId, id);
        Model model = api.read(answer, Model.class);
        try {
            models.deleteModel(organizationId, id, form.optional("etag"));
            return pages.done(root(), "Model " + model.getName() + " was deleted.");
        } catch (ProblemException e) {
            Form again = form.refused(e).set("etag", answer.getHeaderString(HttpHeaders.ETAG));
            return pages.confirm(e.kind().status(), deletion(model, again));
        }
    }

    private UUID enter(String organization) {
        return page.in(organization, "models").getId();
    }

    private String root() {
        return page.root() + "/models";
    }

    private TemplateInstance creation(UUID organizationId, Form form) {
        return Templates.create(form, offer(organizationId, form));
    }

    private TemplateInstance editing(UUID organizationId, Model model, Form form) {
        return Templates.edit(model, form, offer(organizationId, form));
    }

    private Picker.Offer offer(UUID organizationId, Form form) {
        return choices.llmProvider(organizationId).offer(form.text(PROVIDER));
    }

    private Form typed(UUID organizationId, Form form) {
        Form named = form.calling(FIELDS);
        return named.text(PROVIDER).isBlank()
                ? named.with(PROVIDER, "Choose an LLM provider.")
                : named.choosing(PROVIDER, choices.llmProvider(organizationId));
    }

    private static Form form(Model model) {
        return Form.of("name", model.getName())
                .set(PROVIDER, Objects.toString(model.getProviderId(), ""))
                .set("remote_model_name", model.getRemoteModelName());
    }

    private Confirmation deletion(Model model, Form form) {
        return new Confirmation(
                "Delete model " + model.getName() + "?",
                "Calls to it will fail.",
                List.of(),
                null,
                "Delete model",
                root() + "/" + model.getId(),
                form);
    }
}
