package io.agyn.console.tokens;

import static java.util.Objects.requireNonNull;

import io.agyn.api.ApiTokensApi;
import io.agyn.api.MeApi;
import io.agyn.api.UsersApi;
import io.agyn.api.model.ApiToken;
import io.agyn.api.model.ApiTokenCreate;
import io.agyn.api.model.ApiTokenCreated;
import io.agyn.api.model.ApiTokenList;
import io.agyn.api.model.Me;
import io.agyn.api.model.Organization;
import io.agyn.api.model.User;
import io.agyn.console.Api;
import io.agyn.console.Confirmation;
import io.agyn.console.Form;
import io.agyn.console.ListPage;
import io.agyn.console.ListSources;
import io.agyn.console.Page;
import io.agyn.console.PageResponses;
import io.agyn.console.Picker;
import io.agyn.console.PickerFactory;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.rest.ResourceDiff;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The API tokens of who is signed in, or of the user that a cluster admin chooses: all of them, or those that are bound to
 * an organization. A new one's plaintext is only in the answer to the form that made it, and not in what is kept of it for
 * who sends that form again.
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

        static native TemplateInstance create(Form form, Holder holder, String root, Picker.Offer organizations);

        static native TemplateInstance created(ApiTokenCreated token, Holder holder, String root);

        static native TemplateInstance shownBefore(ApiToken token, Holder holder, String root);

        static native TemplateInstance token(
                ApiToken token,
                Holder holder,
                String root,
                Map<UUID, Organization> reached,
                Map<UUID, ApiToken> creators);
    }

    private static final Map<String, String> LABELS =
            Map.of("organization_id", "Access", "expires_at", "Expires on (00:00 UTC)");

    private final Api api;
    private final ApiTokensApi tokens;
    private final UsersApi users;
    private final MeApi me;
    private final ListSources lists;
    private final PickerFactory choices;
    private final ResourceDiff change;
    private final Page page;
    private final PageResponses pages;

    TokensPages(
            Api api, ListSources lists, PickerFactory choices, ResourceDiff change, Page page, PageResponses pages) {
        this.api = requireNonNull(api, "api is null");
        this.tokens = api.of(ApiTokensApi.class);
        this.users = api.of(UsersApi.class);
        this.me = api.of(MeApi.class);
        this.lists = requireNonNull(lists, "lists is null");
        this.choices = requireNonNull(choices, "choices is null");
        this.change = requireNonNull(change, "change is null");
        this.page = requireNonNull(page, "page is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @GET
    public Response list(@PathParam("organization") String organization, @QueryParam("user") UUID user) {
        enter(organization);
        ListPage<ApiToken> found = ListPage.of(
                (size, token, search) -> {
                    ApiTokenList list =
                            api.read(tokens.listApiTokens(size, token, user, here(), search), ApiTokenList.class);
                    return new ListPage.Slice<>(list.getItems(), list.getNextPageToken());
                },
                page.query("user"));
        return pages.ok(Templates.list(found, holder(user), root(), reached(found.items()), creators(found.items())));
    }

    @GET
    @Path("/new")
    public Response showCreate(@PathParam("organization") String organization, @QueryParam("user") UUID user) {
        enter(organization);
        page.require("createApiToken");
        Form form = Form.of("key", UUID.randomUUID().toString());
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
        Form typed = form.labelled(LABELS)
                .choosing("organization_id", choices.organization(here()))
                .expect("expires_at", TokensPages::startOfDay, "Enter a date such as 2027-01-31.");
        try {
            ApiTokenCreate body = new ApiTokenCreate()
                    .userId(user)
                    .description(form.text("description"))
                    .organizationId(typed.id("organization_id"))
                    .expiresAt(form.choice("expires_at", TokensPages::startOfDay));
            api.check(typed, body);
            Response answer = tokens.createApiToken(body, form.optional("key"));
            return pages.ok(
                    change.isRepeated()
                            ? Templates.shownBefore(api.read(answer, ApiToken.class), holder(user), root())
                            : Templates.created(api.read(answer, ApiTokenCreated.class), holder(user), root()));
        } catch (ProblemException e) {
            Form again = e.kind() == ProblemKind.IDEMPOTENCY_KEY_REUSED
                    ? form.with("", "This form has already created an API token. Send it again to create another one.")
                            .set("key", UUID.randomUUID().toString())
                    : typed.refused(e);
            return pages.refused(e.kind().status(), creation(again, user));
        }
    }

    @GET
    @Path("/{token}")
    public Response show(@PathParam("organization") String organization, @PathParam("token") UUID id) {
        enter(organization);
        ApiToken token = token(id);
        List<ApiToken> shown = List.of(token);
        return pages.ok(Templates.token(token, holderOf(token), root(), reached(shown), creators(shown)));
    }

    @GET
    @Path("/{token}/revoke")
    public Response askRevoke(@PathParam("organization") String organization, @PathParam("token") UUID id) {
        enter(organization);
        page.require("deleteApiToken", id);
        return pages.confirm(200, revocation(token(id), Form.empty()));
    }

    @POST
    @Path("/{token}/revoke")
    public Response revoke(@PathParam("organization") String organization, @PathParam("token") UUID id, Form form) {
        enter(organization);
        ApiToken token = token(id);
        String list = root() + holderOf(token).query();
        try {
            // Its tag changes with each use, which is no reason to keep it.
            tokens.deleteApiToken(id, null);
            return pages.done(list, "API token " + token.getDescription() + " was revoked.");
        } catch (ProblemException e) {
            return pages.confirm(e.kind().status(), revocation(token, form.refused(e)));
        }
    }

    private void enter(String organization) {
        if (organization != null) {
            page.in(organization, "tokens");
        }
    }

    private String root() {
        return page.organization() == null ? "/tokens" : page.root() + "/tokens";
    }

    private TemplateInstance creation(Form form, UUID user) {
        return Templates.create(
                form, holder(user), root(), choices.organization(here()).offer(form.text("organization_id")));
    }

    /** The organization that the page is in, or null. */
    private UUID here() {
        return page.organization() == null ? null : page.organization().getId();
    }

    private boolean isHere(ApiToken token) {
        return here() == null || here().equals(token.getOrganizationId());
    }

    private ApiToken token(UUID id) {
        ApiToken token = api.read(tokens.getApiToken(id), ApiToken.class);
        if (!isHere(token)) {
            throw ProblemException.notFound("API token");
        }
        return token;
    }

    private Holder holder(UUID user) {
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

    /** The organizations that API tokens are bound to. */
    private Map<UUID, Organization> reached(List<ApiToken> shown) {
        return lists.organizations(shown.stream()
                .map(ApiToken::getOrganizationId)
                .filter(Objects::nonNull)
                .collect(Collectors.toSet()));
    }

    /** The API tokens that created others, by their ids, as far as the caller may see them. */
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

    private Confirmation revocation(ApiToken token, Form form) {
        boolean isOwn = token.getId().equals(myself().getApiTokenId());
        return new Confirmation(
                "Revoke API token " + token.getDescription() + "?",
                "Within a second, all servers reject it and the API tokens that it created. This cannot be undone."
                        + (isOwn ? " You signed in with it, so you will be signed out." : ""),
                List.of(),
                null,
                "Revoke API token",
                root() + "/" + token.getId(),
                form);
    }
}
