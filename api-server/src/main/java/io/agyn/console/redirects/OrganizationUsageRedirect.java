package io.agyn.console.redirects;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.console.rendering.Page;
import io.agyn.console.rendering.PageResponses;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;

/** Redirects to the usage of an organization. */
@Path("/console/organizations/{organization}/activity/usage")
@SessionAuthenticated
@RunOnVirtualThread
public class OrganizationUsageRedirect {
    private final Page page;
    private final PageResponses pages;

    OrganizationUsageRedirect(Page page, PageResponses pages) {
        this.page = requireNonNull(page, "page is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @GET
    public Response redirect(@PathParam("organization") String organization) {
        page.in(organization, "usage");
        return pages.redirect(page.sectionPath());
    }
}
