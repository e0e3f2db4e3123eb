package io.agyn.console.tokens;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.api.OrganizationApiTokensApi;
import io.agyn.api.model.ApiToken;
import io.agyn.api.model.ApiTokenList;
import io.agyn.console.Api;
import io.agyn.console.flows.DeleteFlow;
import io.agyn.console.forms.Confirmation;
import io.agyn.console.forms.Filters;
import io.agyn.console.forms.Form;
import io.agyn.console.forms.Option;
import io.agyn.console.lists.ListPage;
import io.agyn.console.rendering.Page;
import io.agyn.console.rendering.PageResponses;
import io.agyn.console.routing.Query;
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
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The API tokens of all users that are bound to an organization, for its owners. */
@Path("/console/organizations/{organization}/all-tokens")
@SessionAuthenticated
@RunOnVirtualThread
public class AllTokensPages {
    @CheckedTemplate(basePath = "console/tokens")
    static class Templates {
        static native TemplateInstance all(ListPage<ApiToken> tokens, Form form, List<Option> states);
    }

    private static final Duration SOON = Duration.ofDays(30);
    private static final String STATE = "state";
    private static final String NEVER_USED = "unused";
    private static final String EXPIRES_SOON = "expiring";
    private static final List<Option> STATES =
            List.of(new Option(NEVER_USED, "Never used"), new Option(EXPIRES_SOON, "Expires within 30 days"));

    private final Api api;
    private final OrganizationApiTokensApi tokens;
    private final DeleteFlow deletes;
    private final Page page;
    private final PageResponses pages;

    AllTokensPages(Api api, DeleteFlow deletes, Page page, PageResponses pages) {
        this.api = requireNonNull(api, "api is null");
        this.tokens = api.of(OrganizationApiTokensApi.class);
        this.deletes = requireNonNull(deletes, "deletes is null");
        this.page = requireNonNull(page, "page is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @GET
    public Response list(@PathParam("organization") String organization) {
        UUID organizationId = enter(organization);
        Query query = page.query(STATE);
        Filters filters = new Filters(query);
        String state = filters.text(STATE);
        ListPage<ApiToken> found =
                ListPage.of((size, token, search) -> read(organizationId, size, token, search, state), query);
        return pages.list(Templates.all(found, filters.form(), STATES), filters);
    }

    private ListPage.Slice<ApiToken> read(
            UUID organizationId, int size, @Nullable String token, @Nullable String search, @Nullable String state) {
        ApiTokenList list = api.read(
                tokens.listOrganizationApiTokens(
                        organizationId,
                        size,
                        token,
                        null,
                        search,
                        NEVER_USED.equals(state) ? false : null,
                        EXPIRES_SOON.equals(state)
                                ? OffsetDateTime.now(ZoneOffset.UTC).plus(SOON)
                                : null,
                        null),
                ApiTokenList.class);
        return new ListPage.Slice<>(list.getItems(), list.getNextPageToken());
    }

    @GET
    @Path("/{token}/revoke")
    public Response askRevoke(@PathParam("organization") String organization, @PathParam("token") UUID id) {
        return deletes.ask(revocation(enter(organization), id));
    }

    @POST
    @Path("/{token}/revoke")
    public Response revoke(@PathParam("organization") String organization, @PathParam("token") UUID id, Form form) {
        UUID organizationId = enter(organization);
        return deletes.delete(revocation(organizationId, id), form, token -> {
            tokens.deleteOrganizationApiToken(organizationId, id, null);
            return pages.done(
                    root(), "API token " + token.getDescription() + " of " + token.getUserName() + " was revoked.");
        });
    }

    private UUID enter(String organization) {
        return page.in(organization, "tokens").getId();
    }

    private String root() {
        return page.root() + "/all-tokens";
    }

    private DeleteFlow.Target<ApiToken> revocation(UUID organizationId, UUID id) {
        return new DeleteFlow.Target<>(
                "deleteOrganizationApiToken",
                id,
                () -> new Api.Versioned<>(find(organizationId, id), ""),
                token -> new Confirmation(
                        "Revoke API token " + token.getDescription() + " of " + token.getUserName() + "?",
                        "Within a second, all servers reject it and the API tokens that it created. This cannot be"
                                + " undone.",
                        "Revoke API token",
                        root()));
    }

    private ApiToken find(UUID organizationId, UUID id) {
        return api
                .read(
                        tokens.listOrganizationApiTokens(
                                organizationId, 1, null, null, null, null, null, Set.of(id.toString())),
                        ApiTokenList.class)
                .getItems()
                .stream()
                .findFirst()
                .orElseThrow(() -> ProblemException.notFound("API token"));
    }
}
