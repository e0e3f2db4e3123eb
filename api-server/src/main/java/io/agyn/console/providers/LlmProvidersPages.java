package io.agyn.console.providers;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.api.LlmProvidersApi;
import io.agyn.api.SecretsApi;
import io.agyn.api.UsageApi;
import io.agyn.api.model.AuthMethod;
import io.agyn.api.model.LlmProvider;
import io.agyn.api.model.LlmProviderCreate;
import io.agyn.api.model.LlmProviderCredentialsRevealed;
import io.agyn.api.model.LlmProviderUpdate;
import io.agyn.api.model.Model;
import io.agyn.api.model.Protocol;
import io.agyn.api.model.Secret;
import io.agyn.api.model.UsageReport;
import io.agyn.api.model.UsageRow;
import io.agyn.console.Api;
import io.agyn.console.Confirmation;
import io.agyn.console.Conflicts;
import io.agyn.console.Form;
import io.agyn.console.ListPage;
import io.agyn.console.ListSources;
import io.agyn.console.Page;
import io.agyn.console.PageResponses;
import io.agyn.console.Picker;
import io.agyn.console.PickerFactory;
import io.agyn.llm.providers.LlmProviderRules;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** An organization's LLM providers. */
@Path("/console/organizations/{organization}/llm-providers")
@SessionAuthenticated
@RunOnVirtualThread
public class LlmProvidersPages {
    private static final int MOST_NAMES = 20;
    private static final Duration RECENTLY = Duration.ofMinutes(15);

    @CheckedTemplate(basePath = "console/llm-providers")
    static class Templates {
        static native TemplateInstance list(ListPage<LlmProvider> providers, Map<UUID, ProviderState> states);

        static native TemplateInstance create(Form form, Fields fields, List<Preset> presets, Preset chosen);

        static native TemplateInstance provider(
                LlmProvider provider, ProviderState state, Secret secret, ListPage<Model> models);

        static native TemplateInstance edit(LlmProvider provider, Form form, Fields fields);
    }

    /**
     * What fields let one choose, and the rows of headers.
     *
     * @param protocols the protocols
     * @param authMethods the auth methods
     * @param secrets the secrets that may hold the key
     * @param rows the headers
     * @param mostRows how many there may be
     * @param reserved the names of headers that are not to be set
     */
    public record Fields(
            List<Protocol> protocols,
            List<AuthMethod> authMethods,
            Picker.Offer secrets,
            List<ProviderForm.Row> rows,
            int mostRows,
            String reserved) {}

    private final Api api;
    private final LlmProvidersApi providers;
    private final SecretsApi secrets;
    private final UsageApi usage;
    private final ListSources lists;
    private final PickerFactory choices;
    private final Conflicts conflicts;
    private final Page page;
    private final PageResponses pages;

    LlmProvidersPages(
            Api api, ListSources lists, PickerFactory choices, Conflicts conflicts, Page page, PageResponses pages) {
        this.api = requireNonNull(api, "api is null");
        this.providers = api.of(LlmProvidersApi.class);
        this.secrets = api.of(SecretsApi.class);
        this.usage = api.of(UsageApi.class);
        this.lists = requireNonNull(lists, "lists is null");
        this.choices = requireNonNull(choices, "choices is null");
        this.conflicts = requireNonNull(conflicts, "conflicts is null");
        this.page = requireNonNull(page, "page is null");
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
        Preset preset = form.choice("preset", Preset::valueOf);
        if (preset != null) {
            // Without scripts, the button of a preset sends what was typed; it stays, its key aside, and nothing is
            // saved.
            return pages.ok(creation(organizationId, preset.in(form), preset));
        }
        ProviderForm typed = ProviderForm.toCreate(form, choices.secret(organizationId));
        try {
            LlmProviderCreate body = typed.create();
            api.check(typed.form(), body);
            LlmProvider made = api.read(providers.createLlmProvider(organizationId, body, null), LlmProvider.class);
            return pages.done(root() + "/" + made.getId(), "LLM provider " + made.getName() + " was created.");
        } catch (ProblemException e) {
            return pages.refused(e.kind().status(), creation(organizationId, asTyped(form, typed.refused(e)), null));
        }
    }

    @GET
    @Path("/{provider}")
    public Response show(@PathParam("organization") String organization, @PathParam("provider") UUID id) {
        UUID organizationId = enter(organization);
        LlmProvider provider = api.read(providers.getLlmProvider(organizationId, id), LlmProvider.class);
        Secret secret = provider.getTokenSecretId() == null
                ? null
                : api.read(secrets.getSecret(organizationId, provider.getTokenSecretId()), Secret.class);
        ProviderState state = states(organizationId, List.of(provider)).get(id);
        // They are paged, and not searched.
        ListPage<Model> models =
                ListPage.of(lists.models(organizationId, id, null), page.query().without("q"));
        return pages.ok(Templates.provider(provider, state, secret, models));
    }

    @GET
    @Path("/{provider}/edit")
    public Response showEdit(@PathParam("organization") String organization, @PathParam("provider") UUID id) {
        UUID organizationId = enter(organization);
        page.require("updateLlmProvider", id);
        Response answer = providers.getLlmProvider(organizationId, id);
        LlmProvider provider = api.read(answer, LlmProvider.class);
        Form form = ProviderForm.of(provider).shown(answer.getHeaderString(HttpHeaders.ETAG));
        return pages.ok(editing(organizationId, provider, form));
    }

    @POST
    @Path("/{provider}/edit")
    public Response save(@PathParam("organization") String organization, @PathParam("provider") UUID id, Form form) {
        UUID organizationId = enter(organization);
        page.require("updateLlmProvider", id);
        LlmProvider stored = api.read(providers.getLlmProvider(organizationId, id), LlmProvider.class);
        ProviderForm typed = ProviderForm.toUpdate(form, choices.secret(organizationId), stored);
        try {
            LlmProviderUpdate body = typed.update();
            api.check(typed.form(), body);
            providers.updateLlmProvider(organizationId, id, body, form.optional("etag"));
            return pages.done(root() + "/" + id, "LLM provider " + form.text("name") + " was saved.");
        } catch (ProblemException e) {
            Response answer = providers.getLlmProvider(organizationId, id);
            LlmProvider provider = api.read(answer, LlmProvider.class);
            Form again = e.kind() == ProblemKind.PRECONDITION_FAILED
                    ? conflicts.in(
                            typed.form(), id, answer.getHeaderString(HttpHeaders.ETAG), ProviderForm.of(provider))
                    : typed.refused(e);
            return pages.refused(e.kind().status(), editing(organizationId, provider, asTyped(form, again)));
        }
    }

    @POST
    @Path("/{provider}/reveal")
    public Response reveal(@PathParam("organization") String organization, @PathParam("provider") UUID id, Form form) {
        UUID organizationId = enter(organization);
        LlmProviderCredentialsRevealed credentials = api.read(
                providers.revealLlmProviderCredentials(organizationId, id), LlmProviderCredentialsRevealed.class);
        LlmProvider provider = api.read(providers.getLlmProvider(organizationId, id), LlmProvider.class);
        return pages.revealed(provider.getName(), text(credentials), root() + "/" + id);
    }

    @GET
    @Path("/{provider}/delete")
    public Response askDelete(@PathParam("organization") String organization, @PathParam("provider") UUID id) {
        UUID organizationId = enter(organization);
        page.require("deleteLlmProvider", id);
        Response answer = providers.getLlmProvider(organizationId, id);
        Form form = Form.of("etag", answer.getHeaderString(HttpHeaders.ETAG));
        return pages.confirm(200, deletion(organizationId, api.read(answer, LlmProvider.class), form));
    }

    @POST
    @Path("/{provider}/delete")
    public Response delete(@PathParam("organization") String organization, @PathParam("provider") UUID id, Form form) {
        UUID organizationId = enter(organization);
        page.require("deleteLlmProvider", id);
        Response answer = providers.getLlmProvider(organizationId, id);
        LlmProvider provider = api.read(answer, LlmProvider.class);
        Confirmation question = deletion(organizationId, provider, form);
        if (!question.isConfirmed()) {
            return pages.confirm(422, question.again());
        }
        try {
            providers.deleteLlmProvider(organizationId, id, form.optional("etag"));
            return pages.done(root(), "LLM provider " + provider.getName() + " was deleted.");
        } catch (ProblemException e) {
            Form again = form.refused(e).set("etag", answer.getHeaderString(HttpHeaders.ETAG));
            return pages.confirm(e.kind().status(), deletion(organizationId, provider, again));
        }
    }

    private static String text(LlmProviderCredentialsRevealed credentials) {
        return credentials.getToken() != null
                ? credentials.getToken()
                : credentials.getCustomHeaders().entrySet().stream()
                        .map(header -> header.getKey() + ": " + header.getValue())
                        .collect(Collectors.joining("\n"));
    }

    /** A refused form with the name of a secret as it was typed, in place of the id that it stands for. */
    private static Form asTyped(Form sent, Form refused) {
        return refused.set(ProviderForm.SECRET, sent.text(ProviderForm.SECRET));
    }

    private UUID enter(String organization) {
        return page.in(organization, "llm-providers").getId();
    }

    private String root() {
        return page.root() + "/llm-providers";
    }

    private TemplateInstance creation(UUID organizationId, Form form, Preset chosen) {
        return Templates.create(form, fields(organizationId, form), List.of(Preset.values()), chosen);
    }

    private TemplateInstance editing(UUID organizationId, LlmProvider provider, Form form) {
        return Templates.edit(provider, form, fields(organizationId, form));
    }

    private Fields fields(UUID organizationId, Form form) {
        return new Fields(
                List.of(Protocol.values()),
                List.of(AuthMethod.values()),
                choices.secret(organizationId).offer(form.text(ProviderForm.SECRET)),
                ProviderForm.rows(form),
                ProviderForm.MOST_ROWS,
                String.join(" ", LlmProviderRules.MANAGED_BY_PROXY));
    }

    private Confirmation deletion(UUID organizationId, LlmProvider provider, Form form) {
        List<String> models = lists.models(organizationId, provider.getId(), null)
                .first(MOST_NAMES)
                .names(Model::getName, "and %d more".formatted(provider.getModelCount() - MOST_NAMES));
        return new Confirmation(
                "Delete LLM provider " + provider.getName() + "?",
                models.isEmpty()
                        ? "No model uses it. Its credentials cannot be recovered."
                        : "These models will be orphaned: calls to them fail until you choose another LLM provider for each of"
                                + " them.",
                models,
                models.isEmpty() ? null : provider.getName(),
                "Delete LLM provider",
                root() + "/" + provider.getId(),
                form);
    }

    private Map<UUID, ProviderState> states(UUID organizationId, List<LlmProvider> shown) {
        Map<UUID, UsageRow> recent = recent(organizationId);
        return shown.stream()
                .collect(Collectors.toMap(
                        LlmProvider::getId, provider -> ProviderState.of(provider, recent.get(provider.getId()))));
    }

    /** The calls of the last minutes, by LLM providers. */
    private Map<UUID, UsageRow> recent(UUID organizationId) {
        OffsetDateTime from = OffsetDateTime.now(ZoneOffset.UTC).minus(RECENTLY);
        try {
            Response answer = usage.getUsage(organizationId, from, null, Set.of("provider"), null, null, null, null);
            return api.read(answer, UsageReport.class).getRows().stream()
                    .filter(row -> row.getProviderId() != null)
                    .collect(Collectors.toMap(UsageRow::getProviderId, row -> row));
        } catch (ProblemException e) {
            // Where it takes too long to sum calls up, the LLM providers are shown all the same.
            return Map.of();
        }
    }
}
