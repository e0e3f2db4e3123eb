package io.agyn.console.providers;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.api.LlmProvidersApi;
import io.agyn.api.UsageApi;
import io.agyn.api.model.AuthMethod;
import io.agyn.api.model.LlmProvider;
import io.agyn.api.model.LlmProviderCreate;
import io.agyn.api.model.LlmProviderCredentialsRevealed;
import io.agyn.api.model.LlmProviderUpdate;
import io.agyn.api.model.Model;
import io.agyn.api.model.Organization;
import io.agyn.api.model.Protocol;
import io.agyn.api.model.UsageReport;
import io.agyn.api.model.UsageRow;
import io.agyn.api.model.WebSocketMode;
import io.agyn.console.Api;
import io.agyn.console.Api.Versioned;
import io.agyn.console.audit.AuditedResource;
import io.agyn.console.audit.Entry;
import io.agyn.console.flows.DeleteFlow;
import io.agyn.console.flows.EditFlow;
import io.agyn.console.forms.Confirmation;
import io.agyn.console.forms.Form;
import io.agyn.console.forms.Picker;
import io.agyn.console.forms.PickerFactory;
import io.agyn.console.lists.ListPage;
import io.agyn.console.lists.ListSources;
import io.agyn.console.rendering.Page;
import io.agyn.console.rendering.PageResponses;
import io.agyn.console.secrets.CredentialSource;
import io.agyn.console.secrets.CredentialSources;
import io.agyn.console.signin.FreshSignIn;
import io.agyn.llm.providers.LlmProviderRules;
import io.agyn.problems.ProblemException;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

@Path("/console/organizations/{organization}/llm-providers")
@SessionAuthenticated
@RunOnVirtualThread
public class LlmProvidersPages implements AuditedResource {
    private static final int MAX_NAMES = 20;
    private static final Duration RECENTLY = Duration.ofMinutes(15);

    @CheckedTemplate(basePath = "console/llm-providers")
    static class Templates {
        static native TemplateInstance list(ListPage<LlmProvider> providers, Map<UUID, ProviderState> states);

        static native TemplateInstance create(Form form, Fields fields, List<Preset> presets, @Nullable Preset chosen);

        static native TemplateInstance provider(
                LlmProvider provider, ProviderState state, CredentialSource source, ListPage<Model> models);

        static native TemplateInstance edit(LlmProvider provider, Form form, Fields fields);
    }

    /**
     * The options of the form's fields.
     *
     * @param rows the headers
     * @param reserved the names of the headers that users cannot set
     */
    public record Fields(
            List<Protocol> protocols,
            List<AuthMethod> authMethods,
            List<WebSocketMode> websocketModes,
            Picker.Options secrets,
            List<ProviderForm.Row> rows,
            int mostRows,
            String reserved) {}

    private final Api api;
    private final LlmProvidersApi providers;
    private final UsageApi usage;
    private final CredentialSources sources;
    private final ListSources lists;
    private final PickerFactory pickers;
    private final EditFlow edits;
    private final DeleteFlow deletes;
    private final Page page;
    private final FreshSignIn fresh;
    private final PageResponses pages;

    LlmProvidersPages(
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
        this.providers = api.of(LlmProvidersApi.class);
        this.usage = api.of(UsageApi.class);
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
        ListPage<LlmProvider> found = ListPage.of(lists.llmProviders(organizationId), page.query());
        return pages.ok(Templates.list(found, states(organizationId, found.items())));
    }

    @GET
    @Path("/new")
    public Response showCreate(@PathParam("organization") String organization) {
        UUID organizationId = enter(organization);
        page.require("createLlmProvider");
        return pages.ok(creation(organizationId, Form.empty(), null));
    }

    @POST
    @Path("/new")
    public Response create(@PathParam("organization") String organization, Form form) {
        UUID organizationId = enter(organization);
        page.require("createLlmProvider");
        Preset preset = form.parse("preset", Preset::valueOf);
        if (preset != null) {
            // Without scripts, the button of a preset submits the form. It keeps its values except the key.
            return pages.ok(creation(organizationId, preset.applyTo(form), preset));
        }
        ProviderForm submitted = ProviderForm.toCreate(form, pickers.secret(organizationId));
        LlmProviderCreate body = submitted.create();
        return edits.create(
                submitted.form(),
                body,
                () -> {
                    LlmProvider created =
                            api.read(providers.createLlmProvider(organizationId, body, null), LlmProvider.class);
                    return pages.done(
                            page.sectionPath() + "/" + created.getId(),
                            "LLM provider " + created.getName() + " was created.");
                },
                rejected -> creation(organizationId, rejected, null));
    }

    @GET
    @Path("/{provider}")
    public Response show(@PathParam("organization") String organization, @PathParam("provider") UUID id) {
        UUID organizationId = enter(organization);
        LlmProvider provider = api.read(providers.getLlmProvider(organizationId, id), LlmProvider.class);
        ProviderState state =
                requireNonNull(states(organizationId, List.of(provider)).get(id));
        // The page has no search field.
        ListPage<Model> models =
                ListPage.of(lists.models(organizationId, id, null), page.query().without("q"));
        return pages.ok(Templates.provider(provider, state, sources.of(provider), models));
    }

    @GET
    @Path("/{provider}/edit")
    public Response showEdit(@PathParam("organization") String organization, @PathParam("provider") UUID id) {
        UUID organizationId = enter(organization);
        page.require("updateLlmProvider", id);
        return edits.show(edit(organizationId, id));
    }

    @POST
    @Path("/{provider}/edit")
    public Response save(@PathParam("organization") String organization, @PathParam("provider") UUID id, Form form) {
        UUID organizationId = enter(organization);
        page.require("updateLlmProvider", id);
        LlmProvider stored = read(organizationId, id).resource();
        ProviderForm submitted = ProviderForm.toUpdate(form, pickers.secret(organizationId), stored);
        LlmProviderUpdate body = submitted.update();
        return edits.save(edit(organizationId, id), submitted.form(), body, () -> {
            providers.updateLlmProvider(organizationId, id, body, form.optional("etag"));
            return pages.done(page.sectionPath() + "/" + id, "LLM provider " + body.getName() + " was saved.");
        });
    }

    @POST
    @Path("/{provider}/reveal")
    public Response reveal(@PathParam("organization") String organization, @PathParam("provider") UUID id, Form form) {
        UUID organizationId = enter(organization);
        page.require("revealLlmProviderCredentials", id);
        Optional<Response> question = fresh.ask(page.sectionPath() + "/" + id);
        if (question.isPresent()) {
            return question.get();
        }
        LlmProviderCredentialsRevealed credentials = api.read(
                providers.revealLlmProviderCredentials(organizationId, id), LlmProviderCredentialsRevealed.class);
        LlmProvider provider = api.read(providers.getLlmProvider(organizationId, id), LlmProvider.class);
        return pages.revealed(provider.getName(), text(credentials), page.sectionPath() + "/" + id);
    }

    @GET
    @Path("/{provider}/delete")
    public Response askDelete(@PathParam("organization") String organization, @PathParam("provider") UUID id) {
        return deletes.ask(deletion(enter(organization), id));
    }

    @POST
    @Path("/{provider}/delete")
    public Response delete(@PathParam("organization") String organization, @PathParam("provider") UUID id, Form form) {
        UUID organizationId = enter(organization);
        return deletes.delete(deletion(organizationId, id), form, provider -> {
            providers.deleteLlmProvider(organizationId, id, form.optional("etag"));
            return pages.done(page.sectionPath(), "LLM provider " + provider.getName() + " was deleted.");
        });
    }

    private static String text(LlmProviderCredentialsRevealed credentials) {
        return credentials.getToken() != null
                ? credentials.getToken()
                : credentials.getCustomHeaders().entrySet().stream()
                        .map(header -> header.getKey() + ": " + header.getValue())
                        .collect(Collectors.joining("\n"));
    }

    private UUID enter(String organization) {
        return page.in(organization, "llm-providers").getId();
    }

    private TemplateInstance creation(UUID organizationId, Form form, @Nullable Preset chosen) {
        return Templates.create(form, fields(organizationId, form), List.of(Preset.values()), chosen);
    }

    private Versioned<LlmProvider> read(UUID organizationId, UUID id) {
        return api.versioned(providers.getLlmProvider(organizationId, id), LlmProvider.class);
    }

    private EditFlow.Target<LlmProvider> edit(UUID organizationId, UUID id) {
        return new EditFlow.Target<>(
                id,
                () -> read(organizationId, id),
                ProviderForm::of,
                (provider, form) -> Templates.edit(provider, form, fields(organizationId, form)));
    }

    private DeleteFlow.Target<LlmProvider> deletion(UUID organizationId, UUID id) {
        return new DeleteFlow.Target<>(
                "deleteLlmProvider",
                id,
                () -> read(organizationId, id),
                provider -> confirmation(organizationId, provider));
    }

    private Fields fields(UUID organizationId, Form form) {
        return new Fields(
                List.of(Protocol.values()),
                List.of(AuthMethod.values()),
                List.of(WebSocketMode.values()),
                pickers.secret(organizationId).options(form.text(ProviderForm.SECRET)),
                ProviderForm.rows(form),
                ProviderForm.MAX_ROWS,
                String.join(" ", LlmProviderRules.MANAGED_BY_PROXY));
    }

    private Confirmation confirmation(UUID organizationId, LlmProvider provider) {
        List<String> models = lists.models(organizationId, provider.getId(), null)
                .first(MAX_NAMES)
                .names(Model::getName, "and %d more".formatted(provider.getModelCount() - MAX_NAMES));
        return new Confirmation(
                "Delete LLM provider " + provider.getName() + "?",
                models.isEmpty()
                        ? "No model uses it. Its credentials cannot be recovered."
                        : "These models will be orphaned: calls to them fail until you choose another LLM provider for"
                                + " each of them.",
                models,
                models.isEmpty() ? null : provider.getName(),
                "Delete LLM provider",
                page.sectionPath() + "/" + provider.getId());
    }

    private Map<UUID, ProviderState> states(UUID organizationId, List<LlmProvider> shown) {
        Map<UUID, UsageRow> recent = recent(organizationId);
        return shown.stream()
                .collect(Collectors.toMap(
                        LlmProvider::getId, provider -> ProviderState.of(provider, recent.get(provider.getId()))));
    }

    /** The usage of the last 15 minutes, by provider id. */
    private Map<UUID, UsageRow> recent(UUID organizationId) {
        OffsetDateTime from = OffsetDateTime.now(ZoneOffset.UTC).minus(RECENTLY);
        try {
            Response response = usage.getUsage(
                    organizationId, from, null, Set.of("provider"), null, null, null, null, null, null, null);
            return api.read(response, UsageReport.class).getRows().stream()
                    .filter(row -> row.getProviderId() != null)
                    .collect(Collectors.toMap(UsageRow::getProviderId, row -> row));
        } catch (ProblemException e) {
            // The page works without the usage, for example if its query times out.
            return Map.of();
        }
    }

    @Override
    public String noun() {
        return "LLM provider";
    }

    @Override
    public Entry.Resource resource(@Nullable Organization organization, UUID id) {
        Organization owner = requireNonNull(organization, "organization is null");
        return new Entry.Resource(
                api.read(providers.getLlmProvider(owner.getId(), id), LlmProvider.class)
                        .getName(),
                Page.path(owner) + "/llm-providers/" + id);
    }
}
