package io.agyn.console.organizations;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.api.OrganizationsApi;
import io.agyn.api.model.Organization;
import io.agyn.api.model.OrganizationCreate;
import io.agyn.api.model.OrganizationUpdate;
import io.agyn.console.Api;
import io.agyn.console.Confirmation;
import io.agyn.console.Conflicts;
import io.agyn.console.Form;
import io.agyn.console.ListPage;
import io.agyn.console.ListSources;
import io.agyn.console.Page;
import io.agyn.console.PageResponses;
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
import java.util.List;
import java.util.UUID;

/** The organizations that one may see. */
@Path("/console/organizations")
@SessionAuthenticated
@RunOnVirtualThread
public class OrganizationsPages {
    private static final String ROOT = "/organizations";

    @CheckedTemplate(basePath = "console/organizations")
    static class Templates {
        static native TemplateInstance list(ListPage<Organization> organizations);

        static native TemplateInstance create(Form form, boolean first);

        static native TemplateInstance overview(Organization organization, Form form, List<FirstSteps.Step> steps);
    }

    private final Api api;
    private final OrganizationsApi organizations;
    private final ListSources lists;
    private final FirstSteps steps;
    private final Conflicts conflicts;
    private final Page page;
    private final PageResponses pages;

    OrganizationsPages(
            Api api, ListSources lists, FirstSteps steps, Conflicts conflicts, Page page, PageResponses pages) {
        this.api = requireNonNull(api, "api is null");
        this.organizations = api.of(OrganizationsApi.class);
        this.lists = requireNonNull(lists, "lists is null");
        this.steps = requireNonNull(steps, "steps is null");
        this.conflicts = requireNonNull(conflicts, "conflicts is null");
        this.page = requireNonNull(page, "page is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @GET
    public Response list() {
        ListPage<Organization> found = ListPage.of(lists.organizations(), page.query());
        return found.empty() && page.may("createOrganization")
                ? pages.redirect(ROOT + "/new")
                : pages.ok(Templates.list(found));
    }

    @GET
    @Path("/new")
    public Response showCreate() {
        page.require("createOrganization");
        return pages.ok(Templates.create(Form.empty(), isFirst()));
    }

    @POST
    @Path("/new")
    public Response create(Form form) {
        try {
            OrganizationCreate body =
                    new OrganizationCreate().name(form.text("name")).slug(form.optional("slug"));
            Organization made = api.read(organizations.createOrganization(body, null), Organization.class);
            return pages.done(Page.path(made), "Organization " + made.getName() + " was created.");
        } catch (ProblemException e) {
            return pages.refused(e.kind().status(), Templates.create(form.refused(e), isFirst()));
        }
    }

    @GET
    @Path("/{organization}")
    public Response overview(@PathParam("organization") String slugOrId) {
        Response answer = organizations.getOrganization(enter(slugOrId));
        Organization organization = api.read(answer, Organization.class);
        Form form = form(organization).shown(answer.getHeaderString(HttpHeaders.ETAG));
        return pages.ok(Templates.overview(organization, form, steps.ofOrganization()));
    }

    @POST
    @Path("/{organization}")
    public Response save(@PathParam("organization") String slugOrId, Form form) {
        UUID id = enter(slugOrId);
        try {
            OrganizationUpdate body =
                    new OrganizationUpdate().name(form.text("name")).slug(form.text("slug"));
            Organization saved =
                    api.read(organizations.updateOrganization(id, body, form.optional("etag")), Organization.class);
            return pages.done(Page.path(saved), "Organization " + saved.getName() + " was saved.");
        } catch (ProblemException e) {
            Response answer = organizations.getOrganization(id);
            Organization stored = api.read(answer, Organization.class);
            Form again = e.kind() == ProblemKind.PRECONDITION_FAILED
                    ? conflicts.in(form, id, answer.getHeaderString(HttpHeaders.ETAG), form(stored))
                    : form.refused(e);
            return pages.refused(e.kind().status(), Templates.overview(stored, again, steps.ofOrganization()));
        }
    }

    @GET
    @Path("/{organization}/delete")
    public Response askDelete(@PathParam("organization") String slugOrId) {
        UUID id = enter(slugOrId);
        page.require("deleteOrganization");
        Response answer = organizations.getOrganization(id);
        return pages.confirm(200, deletion(Form.of("etag", answer.getHeaderString(HttpHeaders.ETAG))));
    }

    @POST
    @Path("/{organization}/delete")
    public Response delete(@PathParam("organization") String slugOrId, Form form) {
        UUID id = enter(slugOrId);
        page.require("deleteOrganization");
        String name = page.organization().getName();
        Confirmation question = deletion(form);
        if (!question.isConfirmed()) {
            return pages.confirm(422, question.again());
        }
        Response answer = organizations.getOrganization(id);
        try {
            organizations.deleteOrganization(id, form.optional("etag"));
        } catch (ProblemException e) {
            Form again = form.refused(e).set("etag", answer.getHeaderString(HttpHeaders.ETAG));
            return pages.confirm(e.kind().status(), deletion(again));
        }
        return pages.done(ROOT, "Organization " + name + " was deleted.");
    }

    private UUID enter(String slugOrId) {
        return page.in(slugOrId, "overview").getId();
    }

    private static Form form(Organization organization) {
        return Form.of("name", organization.getName()).set("slug", organization.getSlug());
    }

    private boolean isFirst() {
        return lists.organizations().first(1).items().isEmpty();
    }

    private Confirmation deletion(Form form) {
        String name = page.organization().getName();
        return new Confirmation(
                "Delete organization " + name + "?",
                "Members lose access, and usage can no longer be viewed. Delete its secrets, LLM providers, models and API"
                        + " tokens first.",
                List.of(),
                name,
                "Delete organization",
                page.root(),
                form);
    }
}
