package io.agyn.console.tokens;

import static java.util.Objects.requireNonNull;

import io.agyn.api.ApiTokensApi;
import io.agyn.api.MeApi;
import io.agyn.api.UsersApi;
import io.agyn.api.model.ApiToken;
import io.agyn.api.model.ApiTokenCreate;
import io.agyn.api.model.ApiTokenCreated;
import io.agyn.api.model.ApiTokenList;
import io.agyn.api.model.ApiTokenUpdate;
import io.agyn.api.model.Me;
import io.agyn.api.model.Organization;
import io.agyn.api.model.User;
import io.agyn.console.Api;
import io.agyn.console.Api.Versioned;
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
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.rest.ChangeRecorder;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The API tokens of the signed-in user, or of the user that a cluster admin selects: all of them, or only the ones bound to an
 * organization. The value of a new token is only in the first response to its form, not in the response to a repeated one.
 */
abstract class TokensPages {
    @CheckedTemplate(basePath = "console/tokens")
    static class Templates {
        static native TemplateInstance list(
                ListPage<ApiToken> tokens,
                Holder holder,
                String root,
                Map<UUID, Organization> reached,
                Map<UUID, ApiToken> creators);

        static native TemplateInstance create(
                Form form,
                Holder holder,
                String root,
                Picker.Options organizations,
                Picker.@Nullable Options models,
                TokenChoices choices);

        static native TemplateInstance edit(
                ApiToken token,
                Form form,
                Holder holder,
                String root,
                Picker.@Nullable Options models,
                TokenChoices choices);

        static native TemplateInstance created(ApiTokenCreated token, Holder holder, String root);

        static native TemplateInstance alreadyShown(ApiToken token, Holder holder, String root);

        static native TemplateInstance token(
                ApiToken token,
                Holder holder,
                String root,
                Map<UUID, Organization> reached,
                Map<UUID, ApiToken> creators,
                List<String> modelNames);
    }

    private static final String DEFAULT_MODEL = "default_model_id";
    private static final Map<String, String> LABELS = Map.of(
            "organization_id",
            "Access",
            DEFAULT_MODEL,
            "Default model",
            TokenForm.MODELS,
            "Models",
            "expires_at",
            "Expires on (00:00 UTC)");

    private final Api api;
    private final ApiTokensApi tokens;
    private final UsersApi users;
    private final MeApi me;
    private final ListSources lists;
    private final EditFlow edits;
    private final DeleteFlow deletes;
    private final PickerFactory pickers;
    private final ChangeRecorder changes;
    private final Page page;
    private final PageResponses pages;

    TokensPages(
            Api api,
            ListSources lists,
            EditFlow edits,
            DeleteFlow deletes,
            PickerFactory pickers,
            ChangeRecorder changes,
            Page page,
            PageResponses pages) {
        this.api = requireNonNull(api, "api is null");
        this.tokens = api.of(ApiTokensApi.class);
        this.users = api.of(UsersApi.class);
        this.me = api.of(MeApi.class);
        this.lists = requireNonNull(lists, "lists is null");
        this.edits = requireNonNull(edits, "edits is null");
        this.deletes = requireNonNull(deletes, "deletes is null");
        this.pickers = requireNonNull(pickers, "pickers is null");
        this.changes = requireNonNull(changes, "changes is null");
        this.page = requireNonNull(page, "page is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @GET
    public Response list(@PathParam("organization") String organization, @QueryParam("user") UUID user) {
        enter(organization);
        ListPage<ApiToken> found = ListPage.of(
                (size, token, search) -> {
                    ApiTokenList list = api.read(
                            tokens.listApiTokens(size, token, user, organizationId(), search), ApiTokenList.class);
                    return new ListPage.Slice<>(list.getItems(), list.getNextPageToken());
                },
                page.query("user"));
        return pages.ok(Templates.list(found, holder(user), root(), reached(found.items()), creators(found.items())));
    }

    @GET
    @Path("/new")
    public Response showCreate(
            @PathParam("organization") String organization,
            @QueryParam("user") UUID user,
            @QueryParam("preset") @Nullable String preset) {
        enter(organization);
        page.require("createApiToken");
        Form form = TokenForm.preset(Form.of("key", UUID.randomUUID().toString()), preset);
        if (page.organization() != null) {
            form = form.set("organization_id", page.organization().getId().toString());
        }
        return pages.ok(creation(form, user));
    }

    @POST
    @Path("/new")
    public Response create(@PathParam("organization") String organization, @QueryParam("user") UUID user, Form form) {
        enter(organization);
        page.require("createApiToken");
        Form resolved = form.withLabels(LABELS)
                .resolve("organization_id", pickers.organization(organizationId()))
                .check("expires_at", TokensPages::startOfDay, "Enter a date such as 2027-01-31.");
        if (organizationId() != null) {
            resolved = resolved.resolve(DEFAULT_MODEL, pickers.model(organizationId()));
        }
        resolved = requireScopes(resolved);
        ApiTokenCreate body = new ApiTokenCreate()
                .userId(user)
                .description(form.text("description"))
                .scopes(TokenForm.scopes(form))
                .modelIds(TokenForm.models(form))
                .organizationId(resolved.id("organization_id"))
                .defaultModelId(resolved.id(DEFAULT_MODEL))
                .expiresAt(form.parse("expires_at", TokensPages::startOfDay));
        return edits.create(resolved, body, () -> created(form, body), rejected -> creation(rejected, user));
    }

    private Response created(Form form, ApiTokenCreate body) {
        UUID user = body.getUserId();
        try {
            Response response = tokens.createApiToken(body, form.optional("key"));
            return pages.ok(
                    changes.isRepeated()
                            ? Templates.alreadyShown(api.read(response, ApiToken.class), holder(user), root())
                            : Templates.created(api.read(response, ApiTokenCreated.class), holder(user), root()));
        } catch (ProblemException e) {
            if (e.kind() != ProblemKind.IDEMPOTENCY_KEY_REUSED) {
                throw e;
            }
            Form again = form.withError(
                            "", "This form has already created an API token. Send it again to create another one.")
                    .set("key", UUID.randomUUID().toString());
            return pages.rejected(e.kind().status(), creation(again, user));
        }
    }

    @GET
    @Path("/{token}")
    public Response show(@PathParam("organization") String organization, @PathParam("token") UUID id) {
        enter(organization);
        ApiToken token = read(id).resource();
        List<ApiToken> shown = List.of(token);
        return pages.ok(
                Templates.token(token, holderOf(token), root(), reached(shown), creators(shown), modelNames(token)));
    }

    @GET
    @Path("/{token}/edit")
    public Response showEdit(@PathParam("organization") String organization, @PathParam("token") UUID id) {
        enter(organization);
        page.require("updateApiToken", id);
        return edits.show(editing(id));
    }

    @POST
    @Path("/{token}/edit")
    public Response edit(@PathParam("organization") String organization, @PathParam("token") UUID id, Form form) {
        enter(organization);
        Form resolved = form.withLabels(LABELS);
        UUID bound = read(id).resource().getOrganizationId();
        if (bound != null) {
            resolved = resolved.resolve(DEFAULT_MODEL, pickers.model(bound));
        }
        resolved = requireScopes(resolved);
        ApiTokenUpdate body = new ApiTokenUpdate()
                .description(form.text("description"))
                .scopes(TokenForm.scopes(form))
                .modelIds(TokenForm.models(form))
                .defaultModelId(resolved.id(DEFAULT_MODEL));
        return edits.save(editing(id), resolved, body, () -> {
            tokens.updateApiToken(id, body, form.optional("etag"));
            return pages.done(root() + "/" + id, "API token " + body.getDescription() + " was saved.");
        });
    }

    private EditFlow.Target<ApiToken> editing(UUID id) {
        return new EditFlow.Target<>(
                id,
                () -> read(id),
                TokenForm::of,
                (token, form) -> Templates.edit(
                        token,
                        form.withLabels(LABELS),
                        holderOf(token),
                        root(),
                        token.getOrganizationId() == null
                                ? null
                                : pickers.model(token.getOrganizationId()).options(form.text(DEFAULT_MODEL)),
                        choices(token.getOrganizationId(), form)));
    }

    private static Form requireScopes(Form form) {
        return TokenForm.scopes(form).isEmpty()
                ? form.withError(TokenForm.SCOPES, "Choose at least one; the token could do nothing.")
                : form;
    }

    /** The options of the rights of a token. Chosen models stay options, also if they were deleted. */
    private TokenChoices choices(@Nullable UUID organizationId, Form form) {
        List<Option> models = new ArrayList<>();
        if (organizationId != null) {
            pickers.model(organizationId).options("").items().stream()
                    .map(item -> new Option(item.id().toString(), item.label()))
                    .forEach(models::add);
        }
        for (String chosen : form.all(TokenForm.MODELS)) {
            if (models.stream().noneMatch(option -> option.value().equals(chosen))) {
                models.add(new Option(chosen, chosen));
            }
        }
        return new TokenChoices(TokenForm.SCOPE_OPTIONS, TokenForm.PRESETS, models);
    }

    /** The names of the models that a token can call; ids of models that are not known. */
    private List<String> modelNames(ApiToken token) {
        if (token.getModelIds() == null) {
            return List.of();
        }
        Form form = TokenForm.of(token);
        List<Option> known = choices(token.getOrganizationId(), form).models();
        return form.all(TokenForm.MODELS).stream()
                .map(id -> known.stream()
                        .filter(option -> option.value().equals(id))
                        .map(Option::label)
                        .findFirst()
                        .orElse(id))
                .toList();
    }

    @GET
    @Path("/{token}/revoke")
    public Response askRevoke(@PathParam("organization") String organization, @PathParam("token") UUID id) {
        enter(organization);
        return deletes.ask(revocation(id));
    }

    @POST
    @Path("/{token}/revoke")
    public Response revoke(@PathParam("organization") String organization, @PathParam("token") UUID id, Form form) {
        enter(organization);
        return deletes.delete(revocation(id), form, token -> {
            String list = root() + holderOf(token).query();
            // Without an entity tag, which changes with each use of the token.
            tokens.deleteApiToken(id, null);
            return pages.done(list, "API token " + token.getDescription() + " was revoked.");
        });
    }

    private void enter(@Nullable String organization) {
        if (organization != null) {
            page.in(organization, "tokens");
        }
    }

    private String root() {
        return page.organization() == null ? "/tokens" : page.root() + "/tokens";
    }

    private TemplateInstance creation(Form form, UUID user) {
        return Templates.create(
                form,
                holder(user),
                root(),
                pickers.organization(organizationId()).options(form.text("organization_id")),
                organizationId() == null
                        ? null
                        : pickers.model(organizationId()).options(form.text(DEFAULT_MODEL)),
                choices(organizationId(), form));
    }

    /** The id of the page's organization. */
    private @Nullable UUID organizationId() {
        return page.organization() == null ? null : page.organization().getId();
    }

    private Versioned<ApiToken> read(UUID id) {
        Versioned<ApiToken> token = api.versioned(tokens.getApiToken(id), ApiToken.class);
        if (organizationId() != null
                && !organizationId().equals(token.resource().getOrganizationId())) {
            throw ProblemException.notFound("API token");
        }
        return token;
    }

    private Holder holder(@Nullable UUID user) {
        return user == null
                ? Holder.MYSELF
                : new Holder(user, api.read(users.getUser(user), User.class).getName());
    }

    private Holder holderOf(ApiToken token) {
        return token.getUserId().equals(myself().getId()) ? Holder.MYSELF : holder(token.getUserId());
    }

    private Me myself() {
        return api.read(me.getMe(), Me.class);
    }

    /** The organizations that the tokens are bound to, by id. */
    private Map<UUID, Organization> reached(List<ApiToken> shown) {
        return lists.organizations(shown.stream()
                .map(ApiToken::getOrganizationId)
                .filter(Objects::nonNull)
                .collect(Collectors.toSet()));
    }

    /** The API tokens that created these, by id, if the user can access them. */
    private Map<UUID, ApiToken> creators(List<ApiToken> shown) {
        Map<UUID, ApiToken> known = shown.stream().collect(Collectors.toMap(ApiToken::getId, Function.identity()));
        return shown.stream()
                .map(ApiToken::getCreatedByTokenId)
                .filter(Objects::nonNull)
                .distinct()
                .flatMap(id -> Optional.ofNullable(known.get(id)).or(() -> find(id)).stream())
                .collect(Collectors.toMap(ApiToken::getId, Function.identity()));
    }

    private Optional<ApiToken> find(UUID id) {
        try {
            return Optional.of(api.read(tokens.getApiToken(id), ApiToken.class));
        } catch (ProblemException e) {
            if (e.kind() == ProblemKind.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static OffsetDateTime startOfDay(String date) {
        return LocalDate.parse(date).atStartOfDay().atOffset(ZoneOffset.UTC);
    }

    private DeleteFlow.Target<ApiToken> revocation(UUID id) {
        return new DeleteFlow.Target<>(
                "deleteApiToken",
                id,
                () -> read(id),
                token -> new Confirmation(
                        "Revoke API token " + token.getDescription() + "?",
                        "Within a second, all servers reject it and the API tokens that it created. This cannot be"
                                + " undone."
                                + (id.equals(myself().getApiTokenId())
                                        ? " You signed in with it, so you will be signed out."
                                        : ""),
                        "Revoke API token",
                        root() + "/" + id));
    }

    String description(UUID id) {
        return api.read(tokens.getApiToken(id), ApiToken.class).getDescription();
    }
}
