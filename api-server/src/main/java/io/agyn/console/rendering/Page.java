package io.agyn.console.rendering;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Access;
import io.agyn.access.Caller;
import io.agyn.access.DenialLog;
import io.agyn.api.OrganizationsApi;
import io.agyn.api.model.Organization;
import io.agyn.api.model.OrganizationList;
import io.agyn.console.Api;
import io.agyn.console.lists.ListPage;
import io.agyn.console.lists.ListSources;
import io.agyn.console.routing.Cookies;
import io.agyn.console.routing.Query;
import io.agyn.console.session.Session;
import io.agyn.contract.Contract;
import io.agyn.contract.Uuids;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.quarkus.qute.TemplateExtension;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Named;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The current page and its layout: {@code cdi:page} in templates. */
@RequestScoped
@Named("page")
public class Page {
    /** The cookie with a message for the next page. */
    static final String FLASH = "agyn_flash";

    // The element that a whole page replaces.
    private static final String MAIN = "main";
    private static final int MAX_ORGANIZATIONS = 100;
    private static final int MAX_COUNTED = 9;
    private static final String ORGANIZATION = "organization_id";

    private final RoutingContext context;
    private final Session session;
    private final Cookies cookies;
    private final Caller caller;
    private final Access access;
    private final DenialLog denials;
    private final Contract contract;
    private final Api api;
    private final ListSources lists;
    private final OrganizationsApi organizations;

    private @Nullable Organization organization;
    private String section = "";
    private boolean navigationHidden;
    private @Nullable String invitationCount;

    Page(
            RoutingContext context,
            Session session,
            Cookies cookies,
            Caller caller,
            Access access,
            DenialLog denials,
            Contract contract,
            Api api,
            ListSources lists) {
        this.context = requireNonNull(context, "context is null");
        this.session = requireNonNull(session, "session is null");
        this.cookies = requireNonNull(cookies, "cookies is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.access = requireNonNull(access, "access is null");
        this.denials = requireNonNull(denials, "denials is null");
        this.contract = requireNonNull(contract, "contract is null");
        this.api = requireNonNull(api, "api is null");
        this.lists = requireNonNull(lists, "lists is null");
        this.organizations = api.of(OrganizationsApi.class);
    }

    /**
     * Sets the organization and the section of the page.
     *
     * @param slugOrId the organization in the path
     * @param section the entry of the navigation, such as {@code secrets}
     * @throws ProblemException {@code not_found} if the user cannot access such an organization
     */
    public Organization in(String slugOrId, String section) {
        this.section = section;
        this.organization = Uuids.parse(slugOrId)
                .map(id -> api.read(organizations.getOrganization(id), Organization.class))
                .or(() -> withSlug(slugOrId))
                .orElseThrow(this::notFound);
        return organization;
    }

    private Optional<Organization> withSlug(String slug) {
        return slug.matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
                ? api
                        .read(organizations.listOrganizations(1, null, null, slug, null, null), OrganizationList.class)
                        .getItems()
                        .stream()
                        .findFirst()
                : Optional.empty();
    }

    /** The API records the denial only of a request by id. */
    private ProblemException notFound() {
        denials.log("getOrganization", ProblemKind.NOT_FOUND);
        return ProblemException.notFound("organization");
    }

    /** Removes the navigation, which needs a signed-in user and the database. */
    void hideNavigation() {
        navigationHidden = true;
    }

    /** Whether the page has its navigation. */
    public boolean full() {
        return !navigationHidden;
    }

    /** Null on pages outside organizations. */
    public @Nullable Organization organization() {
        return organization;
    }

    /** The organization of a page below one. */
    public Organization requireOrganization() {
        return requireNonNull(organization, "the page has no organization");
    }

    /** The path of the page's organization. */
    public String root() {
        return path(requireOrganization());
    }

    /** The path of the page's section, such as {@code /organizations/acme/secrets}. */
    public String sectionPath() {
        return root() + "/" + section;
    }

    /** The path of an organization: {@code organization.path} in templates. */
    @TemplateExtension
    public static String path(Organization organization) {
        String slug = organization.getSlug();
        // The slug "new" is another page; one that is a UUID may be the id of another organization.
        boolean isAmbiguous = slug.equals("new") || Uuids.parse(slug).isPresent();
        return "/organizations/" + (isAmbiguous ? organization.getId() : slug);
    }

    public String section() {
        return section;
    }

    /** The first organizations of the switcher, sorted by name. */
    public ListPage.Slice<Organization> organizations() {
        ListPage.Slice<Organization> first = lists.organizations().first(MAX_ORGANIZATIONS);
        return new ListPage.Slice<>(
                first.items().stream()
                        .sorted(Comparator.comparing(Organization::getName, String.CASE_INSENSITIVE_ORDER))
                        .toList(),
                first.next());
    }

    /**
     * The query of a list.
     *
     * @param filters the names of the list's filters without search and page
     */
    public Query query(String... filters) {
        return Query.of(
                context,
                Stream.of(Stream.of(ListPage.SEARCH), Stream.of(filters), Stream.of(ListPage.PAGE))
                        .flatMap(Function.identity())
                        .toList());
    }

    /** The number of the user's pending invitations, such as "3" or "9+"; empty without any. */
    public String invitationCount() {
        if (invitationCount == null) {
            int count = may("listMyInvitations")
                    ? lists.receivedInvitations(MAX_COUNTED + 1).size()
                    : 0;
            invitationCount = count == 0 ? "" : count > MAX_COUNTED ? MAX_COUNTED + "+" : String.valueOf(count);
        }
        return invitationCount;
    }

    /** The signed-in user's home organization. */
    public Optional<UUID> home() {
        return caller.identity().home();
    }

    /** The signed-in user's name. */
    public String user() {
        return caller.identity().person().name();
    }

    /** The signed-in user's username. */
    public String username() {
        return caller.identity().person().username();
    }

    /** Whether the user has permission for an operation of the contract, in the page's organization if it has one. */
    public boolean may(String operation) {
        return access.allows(operation, organizationOf(operation));
    }

    public boolean may(String operation, UUID organizationId) {
        return access.allows(operation, Optional.of(organizationId));
    }

    /**
     * Requires permission for an operation, as the API does, before its form is displayed.
     *
     * @throws ProblemException {@code forbidden}
     */
    public void require(String operation) {
        require(operation, null);
    }

    /**
     * Requires permission for an operation, as the API does, before its form is displayed.
     *
     * @param id the resource
     * @throws ProblemException {@code forbidden}
     */
    public void require(String operation, @Nullable UUID id) {
        access.require(
                operation,
                pathParameters(operation).stream()
                        .map(Contract.Parameter::name)
                        .collect(Collectors.toMap(name -> name, name -> requireNonNull(
                                        name.equals(ORGANIZATION) ? organizationId() : id, name)
                                .toString())));
    }

    private @Nullable UUID organizationId() {
        return organization == null ? null : organization.getId();
    }

    private List<Contract.Parameter> pathParameters(String operation) {
        return requireNonNull(contract.operations().get(operation), "an operation outside of the contract")
                .parametersIn("path");
    }

    /** The page's organization if the operation has one in its path. */
    private Optional<UUID> organizationOf(String operation) {
        return Optional.ofNullable(organization)
                .map(Organization::getId)
                .filter(id -> pathParameters(operation).stream()
                        .anyMatch(parameter -> parameter.name().equals(ORGANIZATION)));
    }

    /** The hidden field {@code csrf} of each form. */
    public String csrf() {
        return session.csrf();
    }

    /** Whether htmx requests only a part of the page. */
    public boolean partial() {
        return scripted() && !MAIN.equals(context.request().getHeader("HX-Target"));
    }

    /** Whether htmx sent the request; it would follow a redirect itself instead of the browser. */
    boolean scripted() {
        return context.request().getHeader("HX-Request") != null;
    }

    boolean acceptsGzip() {
        return Assets.acceptsGzip(context.request());
    }

    boolean signedIn() {
        return caller.authenticated().isPresent();
    }

    /** The message of the previous request. */
    public @Nullable String flash() {
        return cookies.read(FLASH).flatMap(Page::decoded).orElse(null);
    }

    private static Optional<String> decoded(String value) {
        try {
            return Optional.of(URLDecoder.decode(value, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            // Another host of the domain can set this cookie.
            return Optional.empty();
        }
    }
}
