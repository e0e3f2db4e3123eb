package io.agyn.console;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Access;
import io.agyn.access.Caller;
import io.agyn.access.DenialLog;
import io.agyn.api.OrganizationsApi;
import io.agyn.api.model.Organization;
import io.agyn.api.model.OrganizationList;
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
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the layout of every page shows around it: {@code cdi:page} in templates. */
@RequestScoped
@Named("page")
public class Page {
    /** The cookie that carries a message over to the next page. */
    static final String FLASH = "agyn_flash";

    // Where a form's answer goes, which is a page.
    private static final String MAIN = "main";
    private static final int MOST_IN_SWITCHER = 100;
    private static final String ORGANIZATION = "organization_id";

    private final RoutingContext context;
    private final Session session;
    private final Cookies cookies;
    private final Caller caller;
    private final Access access;
    private final DenialLog refusals;
    private final Contract contract;
    private final Api api;
    private final ListSources lists;
    private final OrganizationsApi organizations;

    private Organization organization;
    private String section = "";
    private boolean bare;

    Page(
            RoutingContext context,
            Session session,
            Cookies cookies,
            Caller caller,
            Access access,
            DenialLog refusals,
            Contract contract,
            Api api,
            ListSources lists) {
        this.context = requireNonNull(context, "context is null");
        this.session = requireNonNull(session, "session is null");
        this.cookies = requireNonNull(cookies, "cookies is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.access = requireNonNull(access, "access is null");
        this.refusals = requireNonNull(refusals, "refusals is null");
        this.contract = requireNonNull(contract, "contract is null");
        this.api = requireNonNull(api, "api is null");
        this.lists = requireNonNull(lists, "lists is null");
        this.organizations = api.of(OrganizationsApi.class);
    }

    /**
     * Sets where the page is.
     *
     * @param slugOrId the organization's slug or id, as in the path
     * @param section the section of the navigation, such as {@code secrets}
     * @return the organization
     * @throws ProblemException {@code not_found} where there is none in reach
     */
    public Organization in(String slugOrId, String section) {
        this.section = section;
        this.organization = Uuids.parse(slugOrId)
                .map(id -> api.read(organizations.getOrganization(id), Organization.class))
                .or(() -> withSlug(slugOrId))
                .orElseThrow(this::nowhere);
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

    /** As with an id, which the API notes. */
    private ProblemException nowhere() {
        refusals.log("getOrganization", ProblemKind.NOT_FOUND);
        return ProblemException.notFound("organization");
    }

    /** Leaves out what only who is signed in is shown, and what asks the database. */
    void bare() {
        bare = true;
    }

    /** Whether all is shown. */
    public boolean full() {
        return !bare;
    }

    /** The organization that the page is in, or null. */
    public Organization organization() {
        return organization;
    }

    /** The path of the organization that the page is in. */
    public String root() {
        return path(organization);
    }

    /** The path of an organization: {@code organization.path} in templates. */
    @TemplateExtension
    public static String path(Organization organization) {
        String slug = organization.getSlug();
        // It may be the word that creates one, or look like the id of another one.
        boolean isTaken = slug.equals("new") || Uuids.parse(slug).isPresent();
        return "/organizations/" + (isTaken ? organization.getId() : slug);
    }

    /** The section of the navigation. */
    public String section() {
        return section;
    }

    /** The organizations to switch to, by their names; where they are many, the first ones. */
    public ListPage.Slice<Organization> organizations() {
        ListPage.Slice<Organization> first = lists.organizations().first(MOST_IN_SWITCHER);
        return new ListPage.Slice<>(
                first.items().stream()
                        .sorted(Comparator.comparing(Organization::getName, String.CASE_INSENSITIVE_ORDER))
                        .toList(),
                first.next());
    }

    /**
     * What the address of a list's page says.
     *
     * @param filters the names of the list's filters, beside what all lists have
     */
    public Query query(String... filters) {
        return Query.of(
                context,
                Stream.of(Stream.of(ListPage.SEARCH), Stream.of(filters), Stream.of(ListPage.PAGE))
                        .flatMap(Function.identity())
                        .toList());
    }

    /** The name of who is signed in. */
    public String user() {
        return caller.identity().userName();
    }

    /**
     * Whether who is signed in may do an operation of the contract, here where it is one within an organization; what they
     * may not is not shown.
     */
    public boolean may(String operation) {
        return access.allows(operation, organizationOf(operation));
    }

    /** Whether who is signed in may do an operation of the contract in an organization. */
    public boolean may(String operation, UUID organizationId) {
        return access.allows(operation, Optional.of(organizationId));
    }

    /**
     * Refuses what who is signed in may not do here, as the API does once it is sent.
     *
     * @throws ProblemException {@code forbidden}
     */
    public void require(String operation) {
        require(operation, null);
    }

    /**
     * Refuses what who is signed in may not do here, as the API does once it is sent.
     *
     * @param id of what it would be done to
     * @throws ProblemException {@code forbidden}
     */
    public void require(String operation, UUID id) {
        access.require(
                operation,
                contract.operations().get(operation).parametersIn("path").stream()
                        .map(Contract.Parameter::name)
                        .collect(Collectors.toMap(
                                name -> name,
                                name -> (name.equals(ORGANIZATION) ? organization.getId() : id).toString())));
    }

    /** The organization that the page is in, where the operation is one within an organization. */
    private Optional<UUID> organizationOf(String operation) {
        return Optional.ofNullable(organization)
                .map(Organization::getId)
                .filter(id -> contract.operations().get(operation).parametersIn("path").stream()
                        .anyMatch(parameter -> parameter.name().equals(ORGANIZATION)));
    }

    /** What each form's hidden field {@code csrf} holds. */
    public String csrf() {
        return session.csrf();
    }

    /** Whether a script asks, for a part of a page. */
    public boolean partial() {
        return scripted() && !MAIN.equals(context.request().getHeader("HX-Target"));
    }

    /** Whether a script asks, which would follow a redirect itself in place of the browser. */
    boolean scripted() {
        return context.request().getHeader("HX-Request") != null;
    }

    /** Whether the browser takes pages that are zipped. */
    boolean takesGzip() {
        return Assets.takesGzip(context.request());
    }

    /** Whether it is known who is signed in. */
    boolean signedIn() {
        return caller.identity() != null;
    }

    /** The message that the page before has left, or null. */
    public String flash() {
        return cookies.read(FLASH).flatMap(Page::decoded).orElse(null);
    }

    private static Optional<String> decoded(String value) {
        try {
            return Optional.of(URLDecoder.decode(value, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            // Not ours: other hosts of the domain can set cookies too.
            return Optional.empty();
        }
    }
}
