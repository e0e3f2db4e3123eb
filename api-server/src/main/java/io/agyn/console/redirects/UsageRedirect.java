package io.agyn.console.redirects;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.console.rendering.Page;
import io.agyn.console.rendering.PageResponses;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;

/** Redirects to the usage of the home organization, or else to the organizations to choose from. */
@Path("/console/activity/usage")
@SessionAuthenticated
@RunOnVirtualThread
public class UsageRedirect {
    private final Page page;
    private final PageResponses pages;

    UsageRedirect(Page page, PageResponses pages) {
        this.page = requireNonNull(page, "page is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @GET
    public Response redirect() {
        return pages.redirect(
                page.home().map(id -> "/organizations/" + id + "/usage").orElse("/organizations"));
    }
}
