package io.agyn.console.organizations;

import static java.util.Objects.requireNonNull;

import io.agyn.access.BySession;
import io.agyn.api.OrganizationsApi;
import io.agyn.api.model.Organization;
import io.agyn.api.model.OrganizationCreate;
import io.agyn.api.model.OrganizationList;
import io.agyn.console.Api;
import io.agyn.console.Form;
import io.agyn.console.Listing;
import io.agyn.console.Page;
import io.agyn.console.Pages;
import io.agyn.problems.ProblemException;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;

/** The organizations that one may see. */
@Path("/console/organizations")
@BySession
@RunOnVirtualThread
public class OrganizationsPages {
    @CheckedTemplate(basePath = "console/organizations")
    static class Templates {
        static native TemplateInstance list(Listing<Organization> organizations);

        static native TemplateInstance create(Form form);

        static native TemplateInstance overview(Organization organization);
    }

    private final Api api;
    private final OrganizationsApi organizations;
    private final Page page;
    private final Pages pages;

    OrganizationsPages(Api api, Page page, Pages pages) {
        this.api = requireNonNull(api, "api is null");
        this.organizations = api.of(OrganizationsApi.class);
        this.page = requireNonNull(page, "page is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @GET
    public Response list(@QueryParam("q") String search, @QueryParam("page") String token) {
        return pages.ok(Templates.list(Listing.of(this::slice, Organization::getName, search, token)));
    }

    @GET
    @Path("/new")
    public Response showCreate() {
        return pages.ok(Templates.create(Form.empty()));
    }

    @POST
    @Path("/new")
    public Response create(Form form) {
        try {
            OrganizationCreate body =
                    new OrganizationCreate().name(form.text("name")).slug(form.optional("slug"));
            Organization made = api.read(organizations.createOrganization(body, null), Organization.class);
            return pages.done("/organizations/" + made.getSlug(), "Organization " + made.getName() + " was created.");
        } catch (ProblemException e) {
            return pages.refused(e.kind().status(), Templates.create(form.refused(e)));
        }
    }

    @GET
    @Path("/{organization}")
    public Response overview(@PathParam("organization") String organization) {
        return pages.ok(Templates.overview(page.in(organization, "overview")));
    }

    private Listing.Slice<Organization> slice(int size, String token) {
        OrganizationList list =
                api.read(organizations.listOrganizations(size, token, null, null), OrganizationList.class);
        return new Listing.Slice<>(list.getItems(), list.getNextPageToken());
    }
}
